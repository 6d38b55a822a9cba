// serve, dev, doctor, version.
#include "app/cli_commands.h"
#include "base/warp.h"

namespace postroad::app {
namespace {

void describe_dev(CLI::App& app, Choice& choice) {
  const auto arguments = std::make_shared<DevArguments>();
  CLI::App* dev = app.add_subcommand("dev", "run the sandbox: captures all mail, any key works");
  dev->require_subcommand(0, 1);
  dev->add_option("--port", arguments->http_port, "HTTP port on loopback (else PORT)")->envname("PORT")->check(CLI::Range(0, 65535))->capture_default_str();
  dev->add_option("--smtp-port", arguments->smtp_port, "SMTP port on loopback")->check(CLI::Range(0, 65535))->capture_default_str();
  dev->add_option("--data-dir", arguments->data_dir, "where to keep captured mail (default: ~/.local/share/postroad/dev)")->type_name(kind::kDirectory);
  dev->add_option("--warp", arguments->warp, "retries and schedules run so many times faster")
      ->check(CLI::Range(1, Warp::kMost))
      ->capture_default_str();
  dev->add_flag("--ephemeral", arguments->ephemeral, "keep nothing after the end");
  dev->add_option("--seed", arguments->seed, "demo: begin with some mail, when there is none")->check(CLI::IsMember({"demo"}));
  dev->add_flag("--no-open", arguments->no_open, "do not open the page in a browser");
  choose(dev, choice, arguments, dev_command);

  const auto data_dir = std::make_shared<std::string>();
  CLI::App* trust = dev->add_subcommand("trust", "where the sandbox's certificate authority is, and how clients trust it");
  trust->add_option("--data-dir", *data_dir, "the sandbox's data directory")->type_name(kind::kDirectory);
  // A parent's choice is made after its child's, so it must not stand in the way.
  dev->callback([&choice, arguments, trust, data_dir] {
    if (trust->parsed()) {
      choice.run = [arguments, data_dir] { return dev_trust_command(data_dir->empty() ? arguments->data_dir : *data_dir); };
    } else {
      choice.run = [arguments] { return dev_command(*arguments); };
    }
  });
}

}  // namespace

void describe_servers(CLI::App& app, Choice& choice) {
  describe_dev(app, choice);

  const auto serve_arguments = std::make_shared<ServeArguments>();
  CLI::App* serve = app.add_subcommand("serve", "run the server");
  serve->add_option("HOST", serve_arguments->hosts, "names of this server: the first is server.hostname, the certificate has all; TLS, and the ports 443, 587, 465 unless configured")->type_name(kind::kHost);
  serve->add_option("-c,--config", serve_arguments->config, "configuration file (postroad.toml)")->type_name(kind::kFile);
  serve->add_flag("--check", serve_arguments->check, "only say whether the configuration is good, and what would listen");
  serve->add_flag("--lenient", serve_arguments->lenient, "an unknown setting is a warning, not an error");
  choose(serve, choice, serve_arguments, serve_command);

  const auto examined = std::make_shared<DoctorArguments>();
  CLI::App* doctor = app.add_subcommand("doctor", "check machine, name, network, reputation, TLS, domains and store; each finding with its fix");
  doctor->add_option("HOST", examined->hosts, "as of `serve HOST`: the names that the server was started with")->type_name(kind::kHost);
  doctor->add_option("-c,--config", examined->config, "configuration file")->type_name(kind::kFile);
  doctor->add_option("--only", examined->only, "groups of checks: machine, name, network, reputation, tls, domains, loop, store; net and dns for network, name and domains")->type_name(kind::kGroup)->delimiter(',');
  doctor->add_option("--outside", examined->outside, "run on another machine: look at the ports of this host instead")->type_name(kind::kHost);
  doctor->add_flag("--fix", examined->fix, "do what harms nothing about what is found, then look again");
  doctor->add_flag("--yes", examined->yes, "with --fix, also what is not taken back: a rotation of DKIM keys comes to its end")->needs(doctor->get_option("--fix"));
  doctor->add_flag("--json", examined->json, "answer as one JSON object");
  choose(doctor, choice, examined, doctor_command);

  const auto as_json = std::make_shared<bool>(false);
  CLI::App* version = app.add_subcommand("version", "the version, and what it was built with");
  version->add_flag("--json", *as_json, "answer as one JSON object");
  choose(version, choice, as_json, version_command);
}

}  // namespace postroad::app
