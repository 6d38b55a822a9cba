#include "app/serve_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/output.h"

namespace postroad::app {
namespace {

std::string line(const Settings& settings, std::string_view what, std::string_view value, std::string_view setting) {
  return fmt::format("{:12} {:40} {}\n", what, value, tinted(Tint::kFaint, fmt::format("# {}: {}", setting, settings.origin(setting))));
}

}  // namespace

std::vector<std::string> certificate_names(const ServerOptions& options) {
  std::vector<std::string> names = {options.hostname};
  for (const std::string& name : options.tls_names) {
    if (name != options.hostname) names.push_back(name);
  }
  return names;
}

std::string certificate_words(const ServerOptions& options) {
  if (options.tls_mode == "off") return "none: keys and passwords travel in clear text";
  if (options.tls_mode == "files") return options.tls_cert;
  return fmt::format("self-signed, for {}", fmt::join(certificate_names(options), ", "));
}

std::string serve_plan(const Settings& settings, const ServerOptions& options) {
  std::string plan = line(settings, "hostname", options.hostname, "server.hostname");
  plan += line(settings, "public URL", options.public_url, "server.public_url");
  const std::string_view speaks = options.tls_mode == "off" ? "plain HTTP" : options.require_tls ? "TLS; plain HTTP from loopback alone" : "TLS and plain HTTP";
  for (const net::Endpoint& at : options.http_listen) plan += line(settings, "http", fmt::format("{}  {}", at.text(), speaks), "http.listen");
  for (const net::Endpoint& at : options.submission_listen) {
    plan += line(settings, "submission", fmt::format("{}  {}", at.text(), options.tls_mode == "off" ? "no TLS" : "STARTTLS"), "submission.listen");
  }
  for (const net::Endpoint& at : options.submission_listen_tls) {
    plan += line(settings, "submissions", fmt::format("{}  TLS from the first byte", at.text()), "submission.listen_tls");
  }
  plan += line(settings, "certificate", certificate_words(options), "tls.mode");
  plan += line(settings, "data", options.data_dir, "server.data_dir");
  return plan;
}

}  // namespace postroad::app
