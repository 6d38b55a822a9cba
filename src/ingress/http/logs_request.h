#pragma once
#include <memory>

#include "ingress/http/logs_condition.h"
#include "ingress/http/page_token.h"
#include "net/http/form.h"

namespace postroad::ingress::http {

/// What POST /v1/analytics/logs asks for (contract/events.md §3).
struct LogsRequest {
  static constexpr std::int64_t kLimitMax = 100;
  static constexpr int kLimit = 50;
  static constexpr std::chrono::days kSpan{1};  ///< Before `end`, when there is neither start nor duration.

  PageToken page;  ///< Range and direction; from `pagination.token` when there is one. Has no filter.
  std::shared_ptr<const LogsCondition> condition;  ///< Shared with the thread that searches.
  bool include_totals = false;
};

/// kInvalidArgument: a sentence for the caller.
Result<LogsRequest> read_logs_request(const net::http::Form& form, account::DirectoryPtr directory, WallTime now);

}  // namespace postroad::ingress::http
