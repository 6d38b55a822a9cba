// The configuration of a running server, read again.
#include "app/server.h"
#include "base/json_writer.h"
#include "base/log.h"

namespace postroad::app {

Result<Server::Reloaded> Server::read_again() {
  if (!configuration_.read) return fail_permanent(ErrorCode::kNotFound, "the sandbox has no configuration to read again");
  Reloaded reloaded;
  ASSIGN_OR_RETURN(reloaded.settings, configuration_.read());
  ASSIGN_OR_RETURN(reloaded.options, server_options(reloaded.settings, configuration_.handed));
  reloaded.changes = changes_between(configuration_.running, reloaded.settings);
  return reloaded;
}

/// Whatever can fail comes first, so that all of it is taken or nothing.
Result<void> Server::apply(const Reloaded& reloaded) {
  const ServerOptions& next = reloaded.options;
  if (options_.tls_mode == "files" && next.tls_mode == "files") {
    RETURN_IF_ERROR(server_tls_->replace_from_files(next.tls_cert, next.tls_key));
  }
  options_.tls_cert = next.tls_cert;
  options_.tls_key = next.tls_key;
  options_.retries.waits = next.retries.waits;
  options_.keep_messages = next.keep_messages;
  configure_log(reloaded.settings);
  for (const SettingChange& change : reloaded.changes) {
    if (change.live) configuration_.running.take_over(change.name, reloaded.settings);
  }
  return {};
}

Result<std::string> Server::reload() {
  if (configuration_.reload_begins) configuration_.reload_begins(core_->clock.mono());
  Result<std::string> outcome = take_configuration();
  if (configuration_.reload_ended) configuration_.reload_ended(outcome ? nullptr : &outcome.error());
  return outcome;
}

Result<std::string> Server::take_configuration() {
  const auto refused = [](const Error& error) {
    log::error("reload_refused", {{"error", error.detail}, {"next", "everything stays as it was"}});
    return std::unexpected(error);
  };
  const Result<Reloaded> reloaded = read_again();
  if (!reloaded) return refused(reloaded.error());
  if (const Result<void> applied = apply(*reloaded); !applied) return refused(applied.error());
  JsonWriter json;
  json.begin_object().key("changes").begin_array();
  for (const SettingChange& change : reloaded->changes) {
    const std::string_view when = change.live ? "now" : "at the next start";
    log::info("setting_changed", {{"name", change.name}, {"from", change.before}, {"to", change.after}, {"takes_effect", when}});
    json.begin_object().field("name", change.name).field("from", change.before).field("to", change.after);
    json.field("takes_effect", when).end_object();
  }
  const bool certificate = options_.tls_mode == "files";
  json.end_array().field("certificate_read", certificate).end_object();
  log::info("reloaded", {{"changes", reloaded->changes.size()}, {"certificate_read", certificate}});
  return json.take();
}

asio::awaitable<Result<std::string>> Server::reload_on_its_loop() { co_return reload(); }

void Server::hang_up() {
  if (machine_ == nullptr || stopping_) return;
  (void)machine_->executor().run_on(0, reload_on_its_loop());  // What is wrong is in the log.
}

}  // namespace postroad::app
