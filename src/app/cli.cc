#include "app/cli.h"

#include <unistd.h>

#include <CLI/CLI.hpp>

#include "app/commands.h"
#include "app/filter_command.h"
#include "base/warp.h"

namespace postroad::app {
namespace {

/// Where the store is: every command that asks it takes these.
void add_store_options(CLI::App* command, std::string& config, std::string& data_dir, bool& json) {
  command->add_option("-c,--config", config, "configuration file");
  command->add_option("--data-dir", data_dir, "data directory, instead of the configuration's");
  command->add_flag("--json", json, "answer as one JSON object");
}

struct CommandLine {
  CLI::App app{"postroad: the self-hosted Mailgun in one binary"};
  ServeArguments serve;
  DevArguments dev;
  OperatorArguments asked;
  FsckArguments fsck;
  std::string config_file;
  bool show_origin = false;
  std::string text, name, selector, role = "admin", description;
  int limit = 50;
  std::function<int()> chosen;

  void describe() {
    app.require_subcommand(0, 1);
    app.set_version_flag("--version", std::string("postroad ") + POSTROAD_VERSION);
    app.footer(
        std::string(filter_help()) +
        "\n\nExit codes: 0 done, 1 failed, 2 usage, 6 not found, 69 server unreachable, 75 temporary.\n"
        "Without a command on a terminal: postroad dev.");
    describe_servers();
    describe_store_questions();
    describe_domains_and_keys();
    describe_configuration();
  }

  void describe_servers() {
    CLI::App* serve_app = app.add_subcommand("serve", "run the server");
    serve_app->add_option("-c,--config", serve.config, "configuration file (postroad.toml)");
    serve_app->add_flag("--check", serve.check, "only say whether the configuration is good");
    serve_app->callback([this] { chosen = [this] { return serve_command(serve); }; });

    CLI::App* dev_app = app.add_subcommand("dev", "run the sandbox: captures all mail, any key works");
    dev_app->add_option("--port", dev.http_port, "HTTP port on loopback")->check(CLI::Range(0, 65535))->capture_default_str();
    dev_app->add_option("--smtp-port", dev.smtp_port, "SMTP port on loopback")->check(CLI::Range(0, 65535))->capture_default_str();
    dev_app->add_option("--data-dir", dev.data_dir, "where to keep captured mail (default: ~/.local/share/postroad/dev)");
    dev_app->add_option("--warp", dev.warp, "retries and schedules run so many times faster")
        ->check(CLI::Range(1, Warp::kMost))
        ->capture_default_str();
    dev_app->add_flag("--ephemeral", dev.ephemeral, "keep nothing after the end");
    dev_app->callback([this] { chosen = [this] { return dev_command(dev); }; });
  }

  CLI::App* question(CLI::App* parent, const std::string& word, const std::string& about, const std::string& call) {
    CLI::App* command = parent->add_subcommand(word, about);
    add_store_options(command, asked.config, asked.data_dir, asked.json);
    command->callback([this, call] {
      asked.call = call;
      asked.parameters = {{"text", text}, {"name", name}, {"selector", selector}, {"role", role},
                          {"description", description}, {"limit", std::to_string(limit)}};
      chosen = [this] { return operator_command(asked); };
    });
    return command;
  }

  void describe_store_questions() {
    CLI::App* log = question(&app, "log", "what happened, newest first; with a message id, its whole story", "log");
    log->add_option("text", text, "an address, a subject, a message id: events that contain it");
    log->add_option("--limit", limit, "at most so many events")->check(CLI::Range(1, 1000))->capture_default_str();
    question(&app, "queue", "lanes that wait or deliver", "queue");
    question(&app, "audit", "prove from the store that accepted = ended + waiting", "audit");

    CLI::App* fsck_app = app.add_subcommand("fsck", "verify the store; damaged content is quarantined, nothing deleted");
    add_store_options(fsck_app, fsck.config, fsck.data_dir, fsck.json);
    fsck_app->callback([this] { chosen = [this] { return fsck_command(fsck); }; });
  }

  void describe_domains_and_keys() {
    CLI::App* domain = app.add_subcommand("domain", "sending domains")->require_subcommand(1);
    CLI::App* add = question(domain, "add", "add a domain; it is active at once", "domain_add");
    add->add_option("name", name, "the domain")->required();
    add->add_option("--selector", selector, "DKIM selector");
    question(domain, "list", "all domains", "domain_list");
    CLI::App* dns = question(domain, "dns", "the DNS records a domain needs", "domain_dns");
    dns->add_option("name", name, "the domain")->required();
    CLI::App* remove = question(domain, "remove", "remove a domain", "domain_remove");
    remove->add_option("name", name, "the domain")->required();

    CLI::App* key = app.add_subcommand("key", "API keys")->require_subcommand(1);
    CLI::App* create = question(key, "create", "make an API key; it is shown once", "key_create");
    create->add_option("--description", description, "what it is for");
  }

  void describe_configuration() {
    CLI::App* config = app.add_subcommand("config", "the configuration")->require_subcommand(1);
    CLI::App* check = config->add_subcommand("check", "say whether a configuration is good");
    check->add_option("file", config_file, "configuration file");
    check->callback([this] { chosen = [this] { return config_check_command(config_file); }; });
    CLI::App* show = config->add_subcommand("show", "every setting with its effective value");
    show->add_option("-c,--config", config_file, "configuration file");
    show->add_flag("--origin", show_origin, "and where it came from");
    show->callback([this] { chosen = [this] { return config_show_command(config_file, show_origin); }; });
  }
};

}  // namespace

int run_command_line(int count, char** arguments) {
  if (const std::optional<int> code = filter_command(count, arguments)) return *code;
  CommandLine line;
  line.describe();
  try {
    line.app.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    const int code = line.app.exit(error);
    return code == 0 ? kExitDone : kExitUsage;
  }
  if (line.chosen) return line.chosen();
  if (isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0) return dev_command(line.dev);
  print_error("no command; a service runs `postroad serve --config FILE`");
  return line.app.exit(CLI::CallForHelp()), kExitUsage;
}

}  // namespace postroad::app
