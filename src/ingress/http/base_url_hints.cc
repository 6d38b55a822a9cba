#include "ingress/http/base_url_hints.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace postroad::ingress::http {
namespace {

struct Client {
  std::string_view agent, setting;
};
// contract/errors.md §3.
constexpr Client kClients[] = {
    {"mailgun-go", "SetAPIBase, without a version"},
    {"mailgun.js", "the option url, without a version"},
    {"mailgun-sdk-php", "the endpoint of HttpClientConfigurator, without a version"},
    {"mailgun-ruby", "api_host, without a version"},
    {"mailgun-java", "the base URL of MailgunClient.config, without a version"},
    {"mailgun-api-python", "api_url, without a version"},
    {"anymail", "MAILGUN_API_URL, with exactly one version"},
};

}  // namespace

std::string_view base_url_setting(std::string_view user_agent) {
  const std::string agent = ascii_lower(user_agent);
  for (const auto& [name, setting] : kClients) {
    if (agent.find(name) != std::string::npos) return setting;
  }
  return "the client's base URL, without a version";
}

std::string BaseUrlHints::hint_for(const net::http::Request& request) {
  const MonoTime now = clock_.mono();
  {
    const std::lock_guard lock(mutex_);
    const auto known = told_.find(request.peer.address);
    if (known != told_.end() && now - known->second < kInterval) return {};
    if (known == told_.end() && told_.size() >= kClientsMax) {
      told_.erase(std::ranges::min_element(told_, {}, &std::pair<const std::string, MonoTime>::second));
    }
    told_[request.peer.address] = now;
  }
  return fmt::format("the path has two versions; set {}", base_url_setting(request.header("User-Agent")));
}

}  // namespace postroad::ingress::http
