#include "events/event.h"

#include <fmt/format.h>

#include <array>

#include "base/assert.h"
#include "base/text.h"

namespace postroad::events {
namespace {

struct Named {
  EventType type;
  std::string_view name;
};
constexpr std::array kNames{
    Named{EventType::kAccepted, "accepted"}, Named{EventType::kDelivered, "delivered"},
    Named{EventType::kFailed, "failed"},     Named{EventType::kRejected, "rejected"},
    Named{EventType::kCanceled, "canceled"}, Named{EventType::kQuarantined, "quarantined"},
};

std::string_view domain_of(std::string_view address) {
  const std::size_t at = address.rfind('@');
  return at == std::string_view::npos ? std::string_view{} : address.substr(at + 1);
}

JsonWriter begin(EventType type, std::string_view id, std::string_view log_level) {
  JsonWriter json;
  json.begin_object().field("event", event_name(type)).field("id", id).field("log-level", log_level);
  return json;
}

void add_recipient(JsonWriter& json, std::string_view recipient) {
  json.field("recipient", recipient).field("recipient-domain", domain_of(recipient));
}

void add_envelope(JsonWriter& json, const EnvelopeFields& envelope) {
  json.key("envelope").begin_object();
  json.field("sender", envelope.sender).field("transport", envelope.transport).field("targets", envelope.targets);
  if (!envelope.sending_ip.empty()) json.field("sending-ip", envelope.sending_ip);
  json.end_object();
}

void add_status(JsonWriter& json, const DeliveryStatus& status) {
  json.key("delivery-status").begin_object();
  json.field("code", status.code).field("message", status.message).field("description", status.description);
  json.field("enhanced-code", status.enhanced_code).field("attempt-no", status.attempt_no);
  json.key("session-seconds").decimal(status.session_seconds, 3);
  if (status.first_attempt_seconds > 0) {
    json.key("first-delivery-attempt-seconds").decimal(status.first_attempt_seconds, 3);
  }
  if (status.retry_seconds) json.field("retry-seconds", *status.retry_seconds);
  if (!status.mx_host.empty()) json.field("mx-host", status.mx_host);
  if (status.tls) {
    json.field("tls", *status.tls).field("certificate-verified", status.certificate_verified).field("utf8", status.utf8);
  }
  if (!status.bounce_type.empty()) json.field("bounce-type", status.bounce_type);
  json.end_object();
}

void add_shared(JsonWriter& json, const SharedFields& shared) {
  json.key("message").raw("{" + shared.message + "}");
  json.raw(shared.rest);
}

}  // namespace

std::string_view event_name(EventType type) {
  for (const Named& named : kNames) {
    if (named.type == type) return named.name;
  }
  return "unknown";
}

std::optional<EventType> event_type_of(std::string_view name) {
  for (const Named& named : kNames) {
    if (named.name == name) return named.type;
  }
  return std::nullopt;
}

bool is_shown(EventType type) { return type != EventType::kCanceled && type != EventType::kQuarantined; }

SharedFields render_shared_fields(const MessageFacts& facts) {
  return joined(render_copy_fields(facts), render_batch_fields(facts));
}

SharedFields render_copy_fields(const MessageFacts& facts) {
  JsonWriter message;
  message.key("headers").begin_object();
  message.field("to", facts.header_to).field("from", facts.header_from).field("subject", facts.header_subject);
  message.field("message-id", facts.message_id).end_object();

  JsonWriter rest;
  rest.key("storage").begin_object().field("key", facts.storage_key).field("url", facts.storage_url);
  rest.field("region", "local").field("env", "production").end_object();
  rest.key("user-variables").begin_object();
  std::size_t bytes = 0;
  for (const auto& [name, value] : facts.user_variables) {
    bytes += name.size() + value.size();
    if (bytes > kUserVariablesBytesMax) break;
    rest.field(name, value);
  }
  rest.end_object();
  return {message.take(), rest.take()};
}

SharedFields render_batch_fields(const MessageFacts& facts) {
  JsonWriter message;
  message.key("attachments").begin_array();
  for (const auto& part : facts.attachments) {
    message.begin_object().field("filename", part.filename).field("content-type", part.content_type);
    message.field("size", part.size).end_object();
  }
  message.end_array().field("size", facts.size);

  JsonWriter rest;
  rest.key("flags").begin_object().field("is-routed", false).field("is-authenticated", facts.is_authenticated);
  rest.field("is-system-test", false).field("is-test-mode", facts.is_test_mode).end_object();
  rest.key("tags").begin_array();
  for (const std::string& tag : facts.tags) rest.string(tag);
  rest.end_array().key("campaigns").begin_array();
  for (const std::string& campaign : facts.campaigns) {
    rest.begin_object().field("id", campaign).field("name", campaign).end_object();
  }
  rest.end_array();
  if (!facts.batch_id.empty()) rest.key("batch").begin_object().field("id", facts.batch_id).end_object();
  return {message.take(), rest.take()};
}

SharedFields joined(const SharedFields& copy, const SharedFields& shared) {
  if (copy.message.empty()) return shared;
  return {copy.message + "," + shared.message, copy.rest + "," + shared.rest};
}

AcceptedEvents::AcceptedEvents(const AcceptedFields& accepted, const SharedFields& shared) {
  JsonWriter json;
  json.field("log-level", "info").field("method", accepted.method).field("originating-ip", accepted.originating_ip);
  if (!accepted.api_key_id.empty()) json.field("api-key-id", accepted.api_key_id);
  json.key("envelope").begin_object().field("sender", accepted.sender).field("transport", "smtp").key("targets");
  before_targets_ = json.take();
  message_ = shared.message;
  if (accepted.scheduled_for) message_ += fmt::format(",\"scheduled-for\":{}", *accepted.scheduled_for);
  after_recipients_ = shared.rest;
}

std::string AcceptedEvents::body(std::string_view id, std::string_view recipient, const SharedFields& copy) const {
  std::string address, domain;
  append_json_string(address, recipient);
  append_json_string(domain, domain_of(recipient));
  std::string out;
  out.reserve(before_targets_.size() + message_.size() + after_recipients_.size() + copy.message.size() + copy.rest.size() +
              3 * address.size() + 192);
  out += R"({"event":"accepted","id":)";
  append_json_string(out, id);
  ((out += ',') += before_targets_) += address;
  out += R"(},"message":{)";
  if (!copy.message.empty()) (out += copy.message) += ',';
  (out += message_) += R"(,"recipients":[)";
  (out += address) += "]},";
  if (!copy.rest.empty()) (out += copy.rest) += ',';
  (out += after_recipients_) += R"(,"recipient":)";
  (out += address) += R"(,"recipient-domain":)";
  (out += domain) += '}';
  return out;
}

std::string render_delivered(std::string_view id, const EnvelopeFields& envelope, const DeliveryStatus& status,
                             const SharedFields& shared, std::string_view recipient, std::string_view method,
                             std::string_view dkim_domain) {
  JsonWriter json = begin(EventType::kDelivered, id, "info");
  json.field("method", method);
  add_envelope(json, envelope);
  add_status(json, status);
  add_shared(json, shared);
  add_recipient(json, recipient);
  json.field("recipient-provider", "Other");
  if (!dkim_domain.empty()) json.field("primary-dkim", dkim_domain);
  json.end_object();
  return json.take();
}

std::string render_failed(std::string_view id, Severity severity, std::string_view reason,
                          const EnvelopeFields& envelope, const DeliveryStatus& status, const SharedFields& shared,
                          std::string_view recipient) {
  PR_ASSERT(severity != Severity::kNone);
  const bool permanent = severity == Severity::kPermanent;
  JsonWriter json = begin(EventType::kFailed, id, permanent ? "error" : "warn");
  json.field("severity", permanent ? "permanent" : "temporary").field("reason", reason);
  add_envelope(json, envelope);
  add_status(json, status);
  add_shared(json, shared);
  add_recipient(json, recipient);
  json.field("recipient-provider", "Other").end_object();
  return json.take();
}

std::string render_rejected(std::string_view id, std::string_view reason, std::string_view description,
                            const SharedFields& shared, std::string_view recipient) {
  JsonWriter json = begin(EventType::kRejected, id, "warn");
  json.key("reject").begin_object().field("reason", reason).field("description", description).end_object();
  add_shared(json, shared);
  add_recipient(json, recipient);
  json.end_object();
  return json.take();
}

std::string render_internal(std::string_view id, EventType type, std::string_view reason, std::string_view recipient) {
  JsonWriter json = begin(type, id, "warn");
  json.field("reason", reason);
  add_recipient(json, recipient);
  json.end_object();
  return json.take();
}

std::string with_timestamp(std::string_view body, WallTime time) {
  PR_ASSERT(body.size() > 2 && body.front() == '{');
  const std::int64_t microseconds = time.time_since_epoch().count();
  return fmt::format("{{\"timestamp\":{}.{:06},{}", microseconds / 1'000'000, microseconds % 1'000'000, body.substr(1));
}

}  // namespace postroad::events
