// config: what is configured, why, and changing it.
#include "app/cli_commands.h"

namespace postroad::app {
namespace {

using Arguments = std::shared_ptr<ConfigArguments>;

struct Verb {
  CLI::App* command;
  Arguments arguments;
};

Verb verb(CLI::App* config, Choice& choice, const char* word, const char* about, int (*run)(const ConfigArguments&)) {
  const auto arguments = std::make_shared<ConfigArguments>();
  CLI::App* command = config->add_subcommand(word, about);
  choose(command, choice, arguments, run);
  return {command, arguments};
}

void takes_file(const Verb& one) { one.command->add_option("-c,--config", one.arguments->file, "configuration file (postroad.toml)")->type_name(kind::kFile); }
void takes_json(const Verb& one) { one.command->add_flag("--json", one.arguments->json, "answer as one JSON object"); }

}  // namespace

void describe_configuration(CLI::App& app, Choice& choice) {
  CLI::App* config = app.add_subcommand("config", "the configuration")->require_subcommand(1);
  const Verb check = verb(config, choice, "check", "say whether a configuration is good", config_check_command);
  check.command->add_option("file,-c,--config", check.arguments->file, "configuration file")->type_name(kind::kFile);
  check.command->add_flag("--lenient", check.arguments->lenient, "an unknown setting is a warning, not an error");
  takes_json(check);

  const Verb show = verb(config, choice, "show", "every setting with its effective value", config_show_command);
  takes_file(show);
  show.command->add_flag("--origin", show.arguments->origin, "and where it came from");
  takes_json(show);

  const Verb get = verb(config, choice, "get", "the effective value of one setting", config_get_command);
  get.command->add_option("name", get.arguments->name, "the setting, as delivery.retries")->type_name(kind::kSetting)->required();
  takes_file(get);
  takes_json(get);

  const Verb set = verb(config, choice, "set", "change one setting in the file; its comments stay", config_set_command);
  set.command->add_option("name", set.arguments->name, "the setting, as delivery.retries")->type_name(kind::kSetting)->required();
  set.command->add_option("value", set.arguments->values, "its value; of a list several, or one with commas")->type_name(kind::kValue)->required();
  set.command->add_option("-c,--config", set.arguments->file, "the file to change")->type_name(kind::kFile)->required();

  const Verb docs = verb(config, choice, "docs", "what a setting means, with its unit, bounds and default", config_docs_command);
  docs.command->add_option("section", docs.arguments->name, "a section, or one setting (default: the sections)")->type_name(kind::kSection);

  verb(config, choice, "print-default", "a file with every setting at its default", config_print_default_command);

  const Verb reload = verb(config, choice, "reload", "the running server reads its configuration again, all of it or nothing", config_reload_command);
  takes_file(reload);
  reload.command->add_option("--data-dir", reload.arguments->data_dir, "the server's data directory, instead of the configuration's")->type_name(kind::kDirectory);
  takes_json(reload);
}

}  // namespace postroad::app
