#include "app/settings_table.h"

namespace postroad::app {
namespace {

using enum SettingKind;
constexpr std::int64_t kDay = 86400;
constexpr std::int64_t kMiB = 1024 * 1024;

/// A running server takes it at a reload.
constexpr SettingSpec live(SettingSpec spec) {
  spec.live = true;
  return spec;
}

constexpr SettingSpec kSettings[] = {
    // [server]
    {"server.hostname", kText, "localhost", "EHLO name and Received name; must have forward and reverse DNS"},
    {"server.data_dir", kText, "/var/lib/postroad", "the only directory that has to be backed up"},
    {"server.mode", kChoice, "live", "capture keeps all mail here, live delivers it", "live,capture"},
    {"server.public_url", kText, "", "begins paging links and storage URLs; empty: from [http].listen"},
    // [bootstrap]
    {"bootstrap.api_key", kText, "", "an admin key, added when the store is empty"},
    {"bootstrap.api_key_file", kText, "", "the same, read from a file"},
    {"bootstrap.domains", kTextList, "", "sending domains, added when the store is empty"},
    // [http]
    {"http.listen", kTextList, "127.0.0.1:8080", "plain HTTP and TLS are told apart per connection on every port"},
    {"http.admin_listen", kText, "", "dashboard, metrics and health apart from the API", "", INT64_MIN, INT64_MAX, false},
    {"http.trusted_proxies", kTextList, "", "proxies whose X-Forwarded-For counts", "", INT64_MIN, INT64_MAX, false},
    {"http.cors_origins", kTextList, "", "pages from these origins may call the API; \"*\": from any"},
    {"http.max_body", kBytes, "52.4MiB", "a whole request; the assembled message is limited to 25 MiB", "", 64 * 1024, 512 * kMiB},
    {"http.request_timeout", kDuration, "30s", "from the first byte of a request to its answer", "", INT64_MIN, INT64_MAX, false},
    {"http.require_tls", kFlag, "false", "refuse plain HTTP off loopback"},
    // [tls]
    {"tls.mode", kChoice, "self_signed", "files, or a certificate of our own", "files,self_signed,off"},
    {"tls.email", kText, "", "contact for ACME", "", INT64_MIN, INT64_MAX, false},
    live({"tls.cert", kText, "", "PEM chain, for mode = \"files\""}),
    live({"tls.key", kText, "", "PEM private key, for mode = \"files\""}),
    // [smtp_in]
    {"smtp_in.listen", kTextList, "", "port 25: mail from the world", "", INT64_MIN, INT64_MAX, false},
    {"smtp_in.max_size", kBytes, "25MiB", "the largest message taken from the world", "", INT64_MIN, INT64_MAX, false},
    {"smtp_in.require_spf_dkim", kFlag, "false", "refuse what fails both", "", INT64_MIN, INT64_MAX, false},
    // [submission]
    {"submission.listen", kTextList, "", "ports for your applications"},
    {"submission.listen_tls", kTextList, "", "the same with TLS from the first byte, as port 465 always has"},
    {"submission.allow_plaintext_auth", kFlag, "false", "AUTH without TLS off loopback"},
    {"submission.auth_required", kFlag, "true", "false only with loopback listeners: tests and benchmarks"},
    // [delivery]
    {"delivery.max_connections", kInteger, "2000", "deliveries at the same time", "", 1, 100'000},
    {"delivery.per_destination", kInteger, "20", "deliveries at the same time to one recipient domain", "", 1, 1000},
    {"delivery.per_destination_rate", kText, "auto", "messages a minute to one destination", "", INT64_MIN, INT64_MAX, false},
    live({"delivery.retries", kDurationList, "10m,15m,30m,1h,2h,4h", "waits after each deferral; the last repeats", "", 1, 3 * kDay}),
    {"delivery.attempt_for", kDuration, "8h", "then failed, reason old, code 602", "", 1, 3 * kDay},
    {"delivery.ipv4", kTextList, "", "source address; the first is used"},
    {"delivery.ipv6", kTextList, "", "source address; the first is used"},
    {"delivery.smarthost", kText, "", "when port 25 out is closed", "", INT64_MIN, INT64_MAX, false},
    {"delivery.smarthost_password_file", kText, "", "password of the smarthost", "", INT64_MIN, INT64_MAX, false},
    {"delivery.mx_port", kInteger, "25", "port of the world's mail servers; another one only in tests", "", 1, 65535},
    {"delivery.sign_dkim", kFlag, "true", "sign with every key of the sending domain"},
    {"delivery.next_hop", kTable, "", "recipient domain to host:port; \"*\" sends everything there"},
    // [dns]
    {"dns.servers", kTextList, "", "resolvers as address or address@port; empty: the system's, else the root servers"},
    {"dns.dnssec", kFlag, "true", "validate answers"},
    // [store]
    {"store.engine", kChoice, "embedded", "where everything durable is", "embedded"},
    {"store.url_file", kText, "", "connection of engine = \"postgres\"", "", INT64_MIN, INT64_MAX, false},
    {"store.durability", kChoice, "commit", "fsync before the answer, grouped", "commit"},
    {"store.segment_size", kBytes, "256MiB", "size of a content file", "", 8 * kMiB, 1024 * kMiB},
    // [retention]
    {"retention.events", kDuration, "30d", "how long events can be searched; then they go", "", 60, 3650 * kDay},
    live({"retention.messages", kDuration, "3d", "how long ended messages are kept", "", 1, 365 * kDay}),
    {"retention.transcripts", kDuration, "7d", "how long SMTP conversations are kept", "", INT64_MIN, INT64_MAX, false},
    {"retention.purge_personal_data_after", kDuration, "30d", "", "", INT64_MIN, INT64_MAX, false},
    // [webhooks]
    {"webhooks.concurrency", kInteger, "256", "posts at the same time", "", INT64_MIN, INT64_MAX, false},
    {"webhooks.timeout", kDuration, "10s", "of one post", "", INT64_MIN, INT64_MAX, false},
    {"webhooks.schedule", kDurationList, "5m,10m,15m,1h,2h,4h", "waits between posts", "", INT64_MIN, INT64_MAX, false},
    {"webhooks.allow_private_targets", kFlag, "false", "post to private addresses", "", INT64_MIN, INT64_MAX, false},
    {"webhooks.require_https", kFlag, "false", "", "", INT64_MIN, INT64_MAX, false},
    {"webhooks.verify_tls", kFlag, "true", "", "", INT64_MIN, INT64_MAX, false},
    {"webhooks.retry_delivered", kFlag, "true", "", "", INT64_MIN, INT64_MAX, false},
    // [routes]
    {"routes.priority_order", kChoice, "asc", "asc: lower number first", "asc,desc", INT64_MIN, INT64_MAX, false},
    {"routes.match", kChoice, "match", "", "match,full,search", INT64_MIN, INT64_MAX, false},
    // [compat]
    {"compat.event_names", kChoice, "current", "", "current,seed", INT64_MIN, INT64_MAX, false},
    {"compat.inbound_attachments", kChoice, "files", "", "files,base64", INT64_MIN, INT64_MAX, false},
    {"compat.capitalised_fields", kFlag, "false", "", "", INT64_MIN, INT64_MAX, false},
    {"compat.signing_key_is_api_key", kFlag, "false", "", "", INT64_MIN, INT64_MAX, false},
    // [limits]
    {"limits.default_per_minute", kInteger, "0", "0: no limit", "", INT64_MIN, INT64_MAX, false},
    {"limits.default_per_day", kInteger, "0", "0: no limit", "", INT64_MIN, INT64_MAX, false},
    {"limits.burst", kInteger, "50", "", "", INT64_MIN, INT64_MAX, false},
    // [metrics]
    {"metrics.enabled", kFlag, "false", "Prometheus metrics", "", INT64_MIN, INT64_MAX, false},
    {"metrics.path", kText, "/metrics", "", "", INT64_MIN, INT64_MAX, false},
    {"metrics.mailgun_aliases", kFlag, "false", "", "", INT64_MIN, INT64_MAX, false},
    {"metrics.max_domain_series", kInteger, "200", "", "", INT64_MIN, INT64_MAX, false},
    // [log]
    live({"log.format", kChoice, "auto", "auto: text on a terminal, JSON otherwise", "auto,text,json"}),
    live({"log.level", kChoice, "info", "the least level written", "debug,info,warn,error"}),
    {"log.redact_addresses", kFlag, "false", "", "", INT64_MIN, INT64_MAX, false},
    // [telemetry]
    {"telemetry.otlp_endpoint", kText, "", "empty: off", "", INT64_MIN, INT64_MAX, false},
    {"telemetry.update_check", kFlag, "false", "", "", INT64_MIN, INT64_MAX, false},
    // [dev]
    {"dev.warp", kInteger, "1", "above 1, with mode = \"capture\": retries and schedules run so many times faster", "", 1, 100'000},
    {"dev.max_messages", kInteger, "5000", "with mode = \"capture\": the newest that are kept", "", 10, 1'000'000},
};

}  // namespace

std::span<const SettingSpec> settings_table() { return kSettings; }

}  // namespace postroad::app
