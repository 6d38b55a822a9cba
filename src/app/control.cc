#include "app/control.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/control_answers.h"
#include "mail/date.h"

namespace postroad::app {
namespace {

struct Question {
  std::string_view name;
  Answer (*answer)(ControlParts, ControlParameters);
};

constexpr Question kQuestions[] = {
    {"log", answer_log},
    {"queue", answer_queue},
    {"queue_explain", queue_explain},
    {"queue_rule", queue_rule},
    {"queue_resume", queue_resume},
    {"queue_count", queue_count},
    {"queue_retry", queue_retry},
    {"queue_bounce", queue_bounce},
    {"queue_held", queue_held},
    {"queue_hold", queue_hold},
    {"queue_release", queue_release},
    {"audit", answer_audit},
    {"sample", answer_sample},
    {"names", answer_names},
    {"config_reload", config_reload},
    {"domain_add", domain_add},
    {"domain_list", domain_list},
    {"domain_show", domain_show},
    {"domain_state", domain_state},
    {"domain_rotate", domain_rotate},
    {"domain_rotated", domain_rotated},
    {"domain_probe", domain_probe},
    {"domain_remove", domain_remove},
    {"key_create", key_create},
    {"key_list", key_list},
    {"key_revoke", key_revoke},
    {"credential_create", credential_create},
    {"credential_list", credential_list},
    {"credential_delete", credential_delete},
};

}  // namespace

asio::awaitable<Result<std::string>> Control::call(std::string name, Parameters parameters) {
  const auto* const found = std::ranges::find(kQuestions, name, &Question::name);
  if (found == std::end(kQuestions)) co_return fail_permanent(ErrorCode::kNotFound, fmt::format("unknown question: {}", name));
  co_return co_await found->answer(parts_, std::move(parameters));
}

std::string value_of(const ControlParameters& parameters, const std::string& name) {
  const auto found = parameters.find(name);
  return found == parameters.end() ? std::string() : found->second;
}

std::string shown(WallTime time) {
  return mail::format_date_gmt(std::chrono::time_point_cast<std::chrono::seconds>(time));
}

}  // namespace postroad::app
