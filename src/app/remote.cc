#include "app/remote.h"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include "app/cli.h"
#include "app/profile.h"
#include "base/text.h"

namespace postroad::app {
namespace {

constexpr std::string_view kFlag = "the flag", kProfile = "login", kSandbox = "the sandbox's default";

struct Value {
  std::string text, from;
};

/// Of a flag, else of a variable; empty when neither says it.
Value said(const std::string& flag, const char* variable) {
  if (!flag.empty()) return {flag, std::string(kFlag)};
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0' ? Value{value, variable} : Value{};
}

std::string plain_url(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  if (url.ends_with("/v3") || url.ends_with("/v4")) url.resize(url.size() - 3);  // As SDKs have it.
  return url;
}

}  // namespace

Result<RemoteChoice> choose_remote(const RemoteArguments& arguments) {
  Value url = said(arguments.url, "POSTROAD_URL");
  Value key = said(arguments.key, "POSTROAD_API_KEY");
  Value ca = said(arguments.ca_file, "POSTROAD_CA_FILE");
  if (url.text.empty() || key.text.empty()) {
    ASSIGN_OR_RETURN(const std::optional<Profile> profile, read_profile(profile_path()));
    // A key goes to no server but the one it was noted for.
    if (profile && (url.text.empty() || plain_url(url.text) == plain_url(profile->url))) {
      if (url.text.empty()) url = {profile->url, std::string(kProfile)};
      if (key.text.empty()) key = {profile->key, std::string(kProfile)};
      if (ca.text.empty()) ca = {profile->ca_file, std::string(kProfile)};
    }
  }
  if (url.text.empty()) url = {std::string(Remote::kSandboxUrl), std::string(kSandbox)};
  if (key.text.empty()) key = {std::string(Remote::kSandboxKey), std::string(kSandbox)};
  return RemoteChoice{.url = plain_url(url.text), .url_from = url.from, .key = key.text, .key_from = key.from, .ca_file = ca.text};
}

Remote::Remote(std::string url, std::string key, std::unique_ptr<net::ClientTls> tls, std::unique_ptr<Machine> machine)
    : url_(std::move(url)), key_(std::move(key)), tls_(std::move(tls)), machine_(std::move(machine)) {}

Remote::~Remote() { machine_->executor().stop(); }

bool Remote::is_named(const RemoteArguments& arguments) { return !said(arguments.url, "POSTROAD_URL").text.empty(); }

Result<std::unique_ptr<Remote>> Remote::at(const RemoteArguments& arguments) {
  ASSIGN_OR_RETURN(RemoteChoice choice, choose_remote(arguments));
  RETURN_IF_ERROR(net::http::parse_url(choice.url));
  ASSIGN_OR_RETURN(std::unique_ptr<net::ClientTls> tls, net::ClientTls::with_roots({.system = true, .file = choice.ca_file}));
  ASSIGN_OR_RETURN(std::unique_ptr<Machine> machine, Machine::make({.loops = 1, .resolve = true, .dnssec = false}));
  machine->executor().start();
  return std::unique_ptr<Remote>(new Remote(std::move(choice.url), std::move(choice.key), std::move(tls), std::move(machine)));
}

Result<net::http::ClientResponse> Remote::call(const std::string& method, const std::string& path, std::string body,
                                               const std::string& content_type, std::chrono::seconds wait) {
  net::http::ClientRequest request{.method = method, .url = url_ + path, .headers = {}, .body = std::move(body)};
  request.headers.push_back({"Authorization", "Basic " + base64_encode("api:" + key_)});
  request.headers.push_back({"User-Agent", "postroad/" POSTROAD_VERSION});
  if (!content_type.empty()) request.headers.push_back({"Content-Type", content_type});
  const World world = machine_->world();
  const Deadline deadline = world.clock.mono() + kAnswerMax + wait;
  return machine_->executor().run_on(0, net::http::fetch({world.network, *world.resolver, *tls_}, std::move(request), deadline));
}

Result<boost::json::object> Remote::get(const std::string& path, std::chrono::seconds wait) {
  ASSIGN_OR_RETURN(const net::http::ClientResponse response, call("GET", path, {}, {}, wait));
  if (response.status != 200) return std::unexpected(error_of_answer(response));
  boost::json::error_code error;
  boost::json::value value = boost::json::parse(response.body, error);
  if (error || !value.is_object()) return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("{} is no postroad: its answer is no JSON", url_));
  return std::move(value.as_object());
}

Result<std::string> Remote::path_of(const std::string& url) {
  ASSIGN_OR_RETURN(net::http::Url parts, net::http::parse_url(url));
  return std::move(parts.path);
}

void Remote::pause(std::chrono::milliseconds length) {
  machine_->executor().run_on(0, machine_->world().timers.sleep_until(mono() + length));
}

WallTime Remote::now() const { return machine_->world().clock.wall(); }
MonoTime Remote::mono() const { return machine_->world().clock.mono(); }

Error error_of_answer(const net::http::ClientResponse& response) {
  boost::json::error_code error;
  const boost::json::value value = boost::json::parse(response.body, error);
  std::string said = error || !value.is_object() ? std::string() : text_at(value.as_object(), "message");
  if (said.empty()) said = response.body.substr(0, 300);
  std::string text = fmt::format("the server answered {}: {}", response.status, said);
  switch (response.status) {
    case 401:
    case 403: return {ErrorCode::kUnauthorized, Permanence::kPermanent, std::move(text)};
    case 404: return {ErrorCode::kNotFound, Permanence::kPermanent, std::move(text)};
    case 429: return {ErrorCode::kQuotaExceeded, Permanence::kTransient, std::move(text)};
    case 503: return {ErrorCode::kShuttingDown, Permanence::kTransient, std::move(text)};
    default: break;
  }
  // The API says with a 400 and these words (contract/domains.md) that a domain is paused or unverified.
  const bool refused = said.find("is not allowed to send") != std::string::npos;
  return {refused ? ErrorCode::kQuotaExceeded : ErrorCode::kInvalidArgument, Permanence::kPermanent, std::move(text)};
}

int exit_code_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::kUnauthorized: return kExitUnauthorized;
    case ErrorCode::kQuotaExceeded: return kExitRefused;
    case ErrorCode::kNotFound: return kExitNotFound;
    case ErrorCode::kConnectionLost:
    case ErrorCode::kDnsFailure:
    case ErrorCode::kTlsFailure: return kExitUnreachable;
    default: return error.permanence == Permanence::kTransient ? kExitTemporary : kExitFailed;
  }
}

int report(const Error& error) {
  print_error(error.detail);
  switch (error.code) {
    case ErrorCode::kUnauthorized: print_hint("--key or POSTROAD_API_KEY names the key; `postroad key create` makes one"); break;
    case ErrorCode::kConnectionLost: print_hint("is it running? `postroad dev` starts a sandbox; --url or POSTROAD_URL names another server"); break;
    case ErrorCode::kTlsFailure: print_hint("--ca FILE trusts a certificate of your own; `postroad dev trust` names the sandbox's"); break;
    default: return exit_code_of(error);
  }
  print_docs("docs/operating/cli.md, \"Which server, which store\"");
  return exit_code_of(error);
}

std::string text_at(const boost::json::object& object, std::string_view key) {
  const boost::json::value* value = object.if_contains(key);
  if (value == nullptr || value->is_null()) return {};
  if (value->is_string()) return std::string(value->get_string());
  return boost::json::serialize(*value);
}

double number_at(const boost::json::object& object, std::string_view key) {
  const boost::json::value* value = object.if_contains(key);
  return value != nullptr && value->is_number() ? value->to_number<double>() : 0;
}

const boost::json::object* object_at(const boost::json::object& object, std::string_view key) {
  const boost::json::value* value = object.if_contains(key);
  return value != nullptr ? value->if_object() : nullptr;
}

Result<std::string> read_whole_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("cannot read {}", path));
  std::stringstream text;
  text << file.rdbuf();
  if (!file && text.str().empty()) return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("cannot read {}", path));
  return std::move(text).str();
}

Result<std::string> read_value(const std::string& value) {
  if (value == "-") {
    std::stringstream text;
    text << std::cin.rdbuf();
    return std::move(text).str();
  }
  if (value.starts_with('@')) return read_whole_file(value.substr(1));
  return value;
}

std::optional<std::chrono::seconds> read_timeout(const std::string& text, const char* flag) {
  const std::optional<std::chrono::seconds> time = parse_duration(text);
  if (!time) print_error(fmt::format("{}: {} is no time such as 10s or 5m", flag, text));
  return time;
}

}  // namespace postroad::app
