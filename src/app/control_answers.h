#pragma once
#include "app/control.h"

namespace postroad::app {

/// One answer each, a JSON object; parameters are taken by name. Errors are sentences for the operator.
using Answer = asio::awaitable<Result<std::string>>;

// control_log.cc
inline constexpr int kLogLimitMax = 1000;
Answer answer_log(ControlParts parts, ControlParameters parameters);

// control_store.cc
inline constexpr int kSampledMax = 20;                                   ///< Messages of one sample, the newest …
inline constexpr std::size_t kSampledBytesMax = std::size_t{32} << 20;  ///< … until so much has been read.
Answer answer_audit(ControlParts parts, ControlParameters parameters);
Answer config_reload(ControlParts parts, ControlParameters parameters);
Answer answer_sample(ControlParts parts, ControlParameters parameters);

// control_queue.cc
inline constexpr std::int64_t kExplainedMax = 20;  ///< Recipients that are looked at for the last answer.
Answer answer_queue(ControlParts parts, ControlParameters parameters);
inline constexpr std::int64_t kHeldShown = 1000;
Answer queue_held(ControlParts parts, ControlParameters parameters);
Answer queue_explain(ControlParts parts, ControlParameters parameters);
// control_queue_changes.cc
Answer queue_rule(ControlParts parts, ControlParameters parameters);
Answer queue_resume(ControlParts parts, ControlParameters parameters);
Answer queue_count(ControlParts parts, ControlParameters parameters);
Answer queue_retry(ControlParts parts, ControlParameters parameters);
inline constexpr std::string_view kHeldByOperator = "held by the operator";
Answer queue_hold(ControlParts parts, ControlParameters parameters);
Answer queue_release(ControlParts parts, ControlParameters parameters);
Answer queue_bounce(ControlParts parts, ControlParameters parameters);

// control_domains.cc
inline constexpr std::size_t kProbesMax = 20;  ///< Domains of one domain_probe.
Answer domain_add(ControlParts parts, ControlParameters parameters);
Answer domain_list(ControlParts parts, ControlParameters parameters);
Answer domain_show(ControlParts parts, ControlParameters parameters);
Answer domain_state(ControlParts parts, ControlParameters parameters);
Answer domain_rotate(ControlParts parts, ControlParameters parameters);
Answer domain_rotated(ControlParts parts, ControlParameters parameters);
Answer domain_probe(ControlParts parts, ControlParameters parameters);
Answer domain_remove(ControlParts parts, ControlParameters parameters);

// control_names.cc
inline constexpr std::size_t kNamesMax = 500;          ///< Of one answer.
inline constexpr std::int64_t kNamesOfMessages = 50;   ///< The newest.
inline constexpr int kNamesOfEvents = 200;             ///< Of which recipients are named, the newest.
Answer answer_names(ControlParts parts, ControlParameters parameters);

// control_access.cc
Answer key_create(ControlParts parts, ControlParameters parameters);
Answer key_list(ControlParts parts, ControlParameters parameters);
Answer key_revoke(ControlParts parts, ControlParameters parameters);
Answer credential_create(ControlParts parts, ControlParameters parameters);
Answer credential_list(ControlParts parts, ControlParameters parameters);
Answer credential_delete(ControlParts parts, ControlParameters parameters);

/// The message with this Message-Id (without angle brackets), by its events. kNotFound.
asio::awaitable<Result<MessageId>> message_named(ControlParts parts, std::string id);
/// The lane of what an operator calls it: a recipient domain in any case. kInvalidArgument.
Result<std::string> lane_named(const std::string& text);

/// Empty where it was not given.
std::string value_of(const ControlParameters& parameters, const std::string& name);
/// As the API shows times.
std::string shown(WallTime time);

}  // namespace postroad::app
