#include "ingress/http/logs_attributes.h"

#include <algorithm>
#include <boost/json/serialize.hpp>

namespace postroad::ingress::http {
namespace {

using enum events::FilterField;

const std::vector<LogsAttribute>& attributes() {
  static const std::vector<LogsAttribute> all{
      {"id", {"id"}, {}},
      {"domain", {}, {}},
      {"ip", {"envelope", "sending-ip"}, {}},
      {"ip_pool", {"ip-pool"}, {}},
      {"recipient_domain", {"recipient-domain"}, {}},
      {"recipient_provider", {"recipient-provider"}, {}},
      {"country", {"geolocation", "country"}, {}},
      {"bot", {"client-info", "bot"}, {}},
      {"device", {"client-info", "device-type"}, {}},
      {"subaccount", {"account", "id"}, {}},
      {"event", {}, kEvent},
      {"attachment_filename", {}, kAttachment},
      {"from", {}, kFrom},
      {"message_id", {}, kMessageId},
      {"subject", {}, kSubject},
      {"mailing_list_address", {}, kList},
      {"to", {}, kTo},
      {"size", {}, kSize},
      {"recipient", {}, kRecipient},
      {"tag", {}, kTags},
      {"severity", {}, kSeverity},
      {"user_variables", {"user-variables"}, {}},
      {"delivered_at", {"delivered-at"}, {}},
      {"delivery_status_code", {"delivery-status", "code"}, {}},
      {"delivery_status_bounce_type", {"delivery-status", "bounce-type"}, {}},
      {"delivery_status_message", {"delivery-status", "message"}, {}},
      {"is_routed", {"flags", "is-routed"}, {}},
      {"recipients", {}, kRecipients},
  };
  return all;
}

const std::vector<LogsMetric>& metrics() {
  const auto reason = [](std::string_view word) { return std::vector<LogsMetric::Part>{{{"reason"}, word}}; };
  const auto severity = [](std::string_view word) { return std::vector<LogsMetric::Part>{{{"severity"}, word}}; };
  const auto bounce = [](std::string_view word) { return std::vector<LogsMetric::Part>{{{"delivery-status", "bounce-type"}, word}}; };
  static const std::vector<LogsMetric> all{
      {"accepted", "accepted", {}},
      {"delivered", "delivered", {}},
      {"delivered_smtp", "delivered", {{{"envelope", "transport"}, "smtp"}}},
      {"delivered_http", "delivered", {{{"envelope", "transport"}, "http"}}},
      {"delivered_first_attempt", "delivered", {{{"delivery-status", "attempt-no"}, "1"}}},
      {"failed", "failed", {}},
      {"temporary_failed", "failed", severity("temporary")},
      {"permanent_failed", "failed", severity("permanent")},
      {"esp_block", "failed", reason("espblock")},
      {"temporary_failed_esp_block", "failed", {{{"severity"}, "temporary"}, {{"reason"}, "espblock"}}},
      {"permanent_failed_esp_block", "failed", {{{"severity"}, "permanent"}, {{"reason"}, "espblock"}}},
      {"permanent_failed_old", "failed", {{{"severity"}, "permanent"}, {{"reason"}, "old"}}},
      {"bounced", "failed", {{{"severity"}, "permanent"}, {{"reason"}, "bounce"}}},
      {"hard_bounces", "failed", bounce("hard")},
      {"soft_bounces", "failed", bounce("soft")},
      {"delayed_bounce", "failed", {{{"flags", "is-delayed-bounce"}, "true"}}},
      {"suppressed_bounces", "failed", reason("suppress-bounce")},
      {"suppressed_unsubscribed", "failed", reason("suppress-unsubscribe")},
      {"suppressed_complaints", "failed", reason("suppress-complaint")},
      {"rejected", "rejected", {}},
      {"stored", "stored", {}},
      {"opened", "opened", {}},
      {"clicked", "clicked", {}},
      {"unsubscribed", "unsubscribed", {}},
      {"complained", "complained", {}},
  };
  return all;
}

constexpr std::string_view kEvents[] = {
    "accepted", "rejected",   "delivered",  "failed",        "opened",         "clicked",
    "stored",   "complained", "list_member_uploaded",        "unsubscribed",   "list_member_upload_error",
    "list_uploaded",          "email_validation",            "unique_opened",  "unique_clicked",
    "trapped"};

std::string shown(const boost::json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : boost::json::serialize(value);
}

const boost::json::value* find(search::EventFields& event, const std::vector<std::string_view>& path) {
  if (path.size() == 1) return event.find({path[0]});
  return event.find({path[0], path[1]});
}

}  // namespace

const LogsAttribute* logs_attribute(std::string_view name) {
  const auto found = std::ranges::find(attributes(), name, &LogsAttribute::name);
  return found == attributes().end() ? nullptr : &*found;
}

std::vector<std::string> values_of(const LogsAttribute& attribute, search::EventFields& event) {
  if (attribute.field) {
    const std::span<const std::string> values = event.values(*attribute.field);
    return {values.begin(), values.end()};
  }
  const boost::json::value* value = attribute.path.empty() ? nullptr : find(event, attribute.path);
  return value == nullptr ? std::vector<std::string>{} : std::vector{shown(*value)};
}

const LogsMetric* logs_metric(std::string_view name) {
  constexpr std::string_view kSuffix = "_count";
  if (name.ends_with(kSuffix)) name.remove_suffix(kSuffix.size());
  const auto found = std::ranges::find(metrics(), name, &LogsMetric::name);
  return found == metrics().end() ? nullptr : &*found;
}

bool counts(const LogsMetric& metric, search::EventFields& event) {
  if (event.text({"event"}) != metric.event) return false;
  return std::ranges::all_of(metric.parts, [&](const LogsMetric::Part& part) {
    const boost::json::value* value = find(event, part.path);
    return value != nullptr && shown(*value) == part.value;
  });
}

bool is_logs_event(std::string_view name) { return std::ranges::find(kEvents, name) != std::end(kEvents); }

}  // namespace postroad::ingress::http
