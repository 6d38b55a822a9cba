#include "webhooks/filter.h"

#include "base/json_writer.h"
#include "webhooks/signature.h"

namespace postroad::webhooks {
namespace {

/// The word after `name`; null when it is not there.
const std::string* option(std::span<const std::string> args, std::string_view name) {
  for (std::size_t i = 0; i + 1 < args.size(); ++i) {
    if (args[i] == name) return &args[i + 1];
  }
  return nullptr;
}

Result<std::string> answer(std::span<const std::string> args, bool sign_it) {
  const std::string* key = option(args, "--key");
  const std::string* timestamp = option(args, "--timestamp");
  const std::string* token = option(args, "--token");
  const std::string* signature = option(args, "--signature");
  if (key == nullptr || timestamp == nullptr || token == nullptr || (!sign_it && signature == nullptr)) {
    return fail_permanent(
        ErrorCode::kInvalidArgument,
        "webhook sign|verify needs --key, --timestamp, --token and, to verify, --signature");
  }
  JsonWriter json;
  json.begin_object();
  if (sign_it) {
    json.field("signature", sign(*key, *timestamp, *token));
  } else {
    json.field("ok", verify(*key, *timestamp, *token, *signature));
  }
  json.end_object();
  return json.take();
}

}  // namespace

Result<std::string> filter_sign(std::span<const std::string> args, std::string_view) {
  return answer(args, true);
}
Result<std::string> filter_verify(std::span<const std::string> args, std::string_view) {
  return answer(args, false);
}

}  // namespace postroad::webhooks
