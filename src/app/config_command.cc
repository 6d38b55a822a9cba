// postroad config: what is configured, why, and changing it.
#include <fmt/format.h>

#include <boost/json.hpp>

#include "app/cli.h"
#include "app/commands.h"
#include "app/config_docs.h"
#include "app/remote.h"
#include "app/server_options.h"
#include "app/settings_table.h"
#include "app/store_question.h"
#include "base/json_writer.h"

namespace postroad::app {
namespace {

const SettingSpec* find_spec(std::string_view name) {
  const std::span<const SettingSpec> all = settings_table();
  const auto found = std::ranges::find(all, name, &SettingSpec::name);
  return found == all.end() ? nullptr : &*found;
}

int unknown(const std::string& name) {
  print_error(fmt::format("there is no setting {}", name));
  const std::string near = near_setting(name);
  print_hint(near.empty() ? "postroad config docs" : fmt::format("did you mean {}?", near));
  print_docs("postroad config docs");
  return kExitNotFound;
}

void add_setting(JsonWriter& json, const Settings& settings, const SettingSpec& spec) {
  json.begin_object().field("name", spec.name).field("value", shown_setting(settings, spec.name));
  json.field("origin", settings.origin(spec.name)).end_object();
}

}  // namespace

int refuse_settings(const Error& error) {
  print_error(error.detail);
  print_hint("postroad config check FILE says when it is good");
  print_docs("postroad config docs SECTION");
  return kExitUsage;
}

int config_check_command(const ConfigArguments& arguments) {
  const Result<Settings> settings = load_settings(arguments.file, arguments.lenient ? UnknownName::kWarns : UnknownName::kFails);
  const Result<ServerOptions> options = settings ? server_options(*settings) : std::unexpected(settings.error());
  if (arguments.json) {
    JsonWriter json;
    json.begin_object().field("good", options.has_value()).field("error", options ? std::string() : options.error().detail).end_object();
    fmt::print("{}\n", json.text());
  }
  if (!options) return refuse_settings(options.error());
  if (!arguments.json) fmt::print("{}: good\n", arguments.file.empty() ? "defaults" : arguments.file);
  return kExitDone;
}

int config_show_command(const ConfigArguments& arguments) {
  const Result<Settings> settings = load_settings(arguments.file);
  if (!settings) return refuse_settings(settings.error());
  JsonWriter json;
  json.begin_object().key("settings").begin_array();
  for (const SettingSpec& spec : settings_table()) {
    if (!spec.built) continue;
    add_setting(json, *settings, spec);
    if (arguments.json) continue;
    const std::string origin = arguments.origin ? tinted(Tint::kFaint, fmt::format("    # {}", settings->origin(spec.name))) : std::string();
    fmt::print("{:34} = {}{}\n", spec.name, shown_setting(*settings, spec.name), origin);
  }
  json.end_array().end_object();
  if (arguments.json) fmt::print("{}\n", json.text());
  return kExitDone;
}

int config_get_command(const ConfigArguments& arguments) {
  const SettingSpec* const spec = find_spec(arguments.name);
  if (spec == nullptr) return unknown(arguments.name);
  const Result<Settings> settings = load_settings(arguments.file);
  if (!settings) return refuse_settings(settings.error());
  JsonWriter json;
  add_setting(json, *settings, *spec);
  fmt::print("{}\n", arguments.json ? json.text() : shown_setting(*settings, spec->name));
  return kExitDone;
}

int config_docs_command(const ConfigArguments& arguments) {
  const std::string text = config_help(arguments.name);
  if (text.empty()) return unknown(arguments.name);
  fmt::print("{}", text);
  return kExitDone;
}

int config_print_default_command(const ConfigArguments&) {
  fmt::print("{}", default_config_text());
  return kExitDone;
}

int config_reload_command(const ConfigArguments& arguments) {
  const Result<std::string> data_dir = find_store({.config = arguments.file, .data_dir = arguments.data_dir});
  if (!data_dir) return data_dir.error().code == ErrorCode::kNotFound ? report(data_dir.error()) : refuse_settings(data_dir.error());
  const Result<std::string> answer = ask_store(*data_dir, "config_reload", {});
  if (!answer) {
    if (answer.error().code == ErrorCode::kInvalidArgument) return refuse_settings(answer.error());
    return report(answer.error());
  }
  if (arguments.json) {
    fmt::print("{}\n", *answer);
    return kExitDone;
  }
  const boost::json::value parsed = boost::json::parse(*answer);
  const boost::json::array& changes = parsed.at("changes").as_array();
  for (const boost::json::value& value : changes) {
    const boost::json::object& change = value.as_object();
    const std::string when = text_at(change, "takes_effect");
    fmt::print("{:34} {} -> {}  {}\n", text_at(change, "name"), text_at(change, "from"), text_at(change, "to"),
               tinted(when == "now" ? Tint::kGood : Tint::kWarning, when));
  }
  if (parsed.at("certificate_read").as_bool()) print_done("certificate and key have been read again");
  print_done(changes.empty() ? "nothing else has changed" : fmt::format("{} changed", changes.size()));
  return kExitDone;
}

}  // namespace postroad::app
