#pragma once
#include "ingress/http/page_token.h"
#include "net/http/message.h"

namespace postroad::ingress::http {

/// The first page that the parameters of an events call ask for (contract/events.md §1.1): begin, end, ascending, limit, and any
/// number of filters, all of which must hold. kInvalidArgument: a sentence for the caller.
Result<PageToken> read_event_query(const net::http::Request& request);

/// Epoch seconds with or without a fraction, RFC 2822 or ISO 8601: wall microseconds. kInvalidArgument names the parameter.
Result<std::int64_t> read_time(std::string_view name, std::string_view text);

}  // namespace postroad::ingress::http
