#pragma once
#include <optional>
#include <string>

#include "base/json_writer.h"
#include "ingress/http/call.h"

namespace postroad::ingress::http::inbox {

/// Nullopt: the call may be answered. The page is the sandbox's alone, and what changes something comes from itself or
/// from no page at all.
std::optional<Response> refused(const Call& call);
/// Neither kept by a browser nor taken for anything but what it says it is.
Response fresh(Response response);
Response fresh_json(JsonWriter& json);
/// One message, or one recipient's copy of it, whole.
asio::awaitable<Response> show(Call& call, std::string key);

}  // namespace postroad::ingress::http::inbox
