#include "app/cli.h"

#include <fmt/format.h>
#include <unistd.h>

#include "app/cli_commands.h"
#include "app/filter_command.h"

namespace postroad::app {
namespace {

constexpr const char* kExitCodesHelp =
    "Exit codes: 0 done, 1 failed, 2 usage, 3 mail will never arrive, 4 key not accepted, 5 refused by limit or policy,\n"
    "6 not found, 69 server unreachable, 75 temporary: try again. Without a command on a terminal: postroad dev.";

/// What every command takes; `--no-color` and NO_COLOR say the same.
void add_output_flags(CLI::App& command, OutputStyle& style, bool& no_color) {
  constexpr const char* kGroup = "Everywhere";
  command.add_flag("-q,--quiet", style.quiet, "errors and answers alone: no hints, no talk")->group(kGroup);
  command.add_flag("--no-color", no_color, "no color on a terminal, as NO_COLOR=1")->group(kGroup);
  command.add_flag("--utc", style.utc, "times in UTC, not in the machine's zone")->group(kGroup);
  for (CLI::App* next : command.get_subcommands([](const CLI::App*) { return true; })) add_output_flags(*next, style, no_color);
}

}  // namespace

void add_store_options(CLI::App* command, StoreArguments& store) {
  command->add_option("-c,--config", store.config, "configuration file")->type_name(kind::kFile);
  command->add_option("--data-dir", store.data_dir, "data directory, instead of the configuration's")->type_name(kind::kDirectory);
}

void add_remote_options(CLI::App* command, RemoteArguments& remote) {
  command->add_option("--url", remote.url, "server, as https://mail.example.com (else POSTROAD_URL, the login, the sandbox)")->type_name(kind::kUrl);
  command->add_option("--key", remote.key, "API key (else POSTROAD_API_KEY, the login)")->type_name(kind::kSecret);
  command->add_option("--ca", remote.ca_file, "trust the certificates of this file, too (else POSTROAD_CA_FILE)")->type_name(kind::kFile);
}

void describe_everything(CLI::App& app, Choice& choice) {
  describe_servers(app, choice);
  describe_configuration(app, choice);
  describe_mail_commands(app, choice);
  describe_queue(app, choice);
  describe_store_commands(app, choice);
  describe_completion(app, choice);
}

int run_command_line(int count, char** arguments) {
  if (const std::optional<int> code = filter_command(count, arguments)) return *code;
  CLI::App app{"postroad: the self-hosted Mailgun in one binary"};
  Choice choice;
  app.require_subcommand(0, 1);
  app.set_version_flag("--version", std::string("postroad ") + POSTROAD_VERSION);
  describe_everything(app, choice);
  add_help_endings(app, std::string(filter_help()) + "\n\n" + kExitCodesHelp);
  OutputStyle style;
  bool no_color = false;
  add_output_flags(app, style, no_color);
  if (const std::optional<int> code = answer_completion(app, count, arguments)) return *code;
  try {
    app.parse(count, arguments);
  } catch (const CLI::Success& asked_for_help) {
    return app.exit(asked_for_help);
  } catch (const CLI::ParseError& error) {
    print_error(error.what());
    const auto is_named = [&](const CLI::App* one) { return count > 1 && one->get_name() == arguments[1]; };
    const bool known = !app.get_subcommands(is_named).empty();
    print_hint(known ? fmt::format("postroad {} --help", arguments[1]) : "postroad --help");
    print_docs("docs/operating/cli.md");
    return kExitUsage;
  }
  style.color = !no_color && color_is_wanted(STDOUT_FILENO);
  set_output_style(style);
  if (choice.run) return choice.run();
  if (isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0) return dev_command({});
  print_error("no command; a service runs `postroad serve --config FILE`");
  fmt::print(stderr, "{}", app.help());
  return kExitUsage;
}

}  // namespace postroad::app
