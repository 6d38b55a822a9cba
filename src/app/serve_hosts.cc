#include "app/serve_hosts.h"

#include <fmt/format.h>

#include <algorithm>

#include "mail/domain_name.h"
#include "net/endpoint.h"

namespace postroad::app {
namespace {

/// What `text` is instead of a host name, and what to write; empty: it may be one.
std::string mistaken_for(const std::string& text) {
  if (text.find("://") != std::string::npos || text.find('/') != std::string::npos) return "is a URL: give its host name alone";
  if (text.find('@') != std::string::npos) return "is a mail address: give the name of this server";
  if (text.starts_with('[') || net::to_socket_address({text, 0})) return "is an address: a certificate needs a name whose DNS leads here";
  if (text.find(':') != std::string::npos) return "has a port: give the name alone, and ports with http.listen and submission.listen";
  if (text.find('.') == std::string::npos || text.ends_with(".localhost")) return "is a name of this machine alone: give one that others find in DNS; to try things out there is `postroad dev`";
  return {};
}

Result<std::string> host_name(const std::string& text) {
  const auto refuse = [&text](std::string_view why) { return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("HOST \"{}\" {}", text, why)); };
  if (const std::string why = mistaken_for(text); !why.empty()) return refuse(why);
  Result<std::string> ascii = mail::to_ascii_domain(text);
  const auto is_number = [](std::string_view label) { return label.find_first_not_of("0123456789") == std::string_view::npos; };
  if (!ascii || !mail::is_hostname(*ascii) || is_number(std::string_view(*ascii).substr(ascii->rfind('.') + 1))) return refuse("is not a host name, as mail.example.com is");
  return ascii;
}

/// Sets what nobody has set.
class Defaults {
 public:
  explicit Defaults(SettingsBuilder& settings) : settings_(settings) {}
  bool stands(std::string_view name) const { return settings_.so_far().origin(name) == "default"; }
  Result<void> replace(std::string_view name, std::string value) {
    if (!stands(name)) return {};
    return settings_.set(name, {std::move(value)}, std::string(kCommandLineOrigin));
  }

 private:
  SettingsBuilder& settings_;
};

}  // namespace

Result<std::vector<std::string>> host_names(const std::vector<std::string>& given) {
  if (given.size() > kServeHostsMax) return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("more than {} names", kServeHostsMax));
  std::vector<std::string> names;
  for (const std::string& text : given) {
    ASSIGN_OR_RETURN(std::string name, host_name(text));
    if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
  }
  return names;
}

Result<void> serve_hosts(SettingsBuilder& settings, const std::vector<std::string>& hosts) {
  if (hosts.empty()) return {};
  Defaults defaults(settings);
  const Settings& now = settings.so_far();
  if (now.text("tls.mode") == "off") {
    return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("{}: tls.mode is \"off\", and `serve HOST` turns TLS on: leave out the one or the other", now.origin("tls.mode")));
  }
  const bool has_certificate = !now.text("tls.cert").empty() && !now.text("tls.key").empty();
  const bool submits_by_default = defaults.stands("submission.listen") && defaults.stands("submission.listen_tls");
  RETURN_IF_ERROR(settings.set("server.hostname", {hosts.front()}, std::string(kCommandLineOrigin)));
  RETURN_IF_ERROR(defaults.replace("tls.mode", has_certificate ? "files" : "self_signed"));
  RETURN_IF_ERROR(defaults.replace("http.listen", "[::]:443"));
  RETURN_IF_ERROR(defaults.replace("http.require_tls", "true"));
  RETURN_IF_ERROR(defaults.replace("server.public_url", "https://" + hosts.front()));
  if (!submits_by_default) return {};
  RETURN_IF_ERROR(defaults.replace("submission.listen", "[::]:587"));
  return defaults.replace("submission.listen_tls", "[::]:465");
}

}  // namespace postroad::app
