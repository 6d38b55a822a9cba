#pragma once
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace postroad::webhooks {

/// `postroad webhook sign --key K --timestamp T --token X`: {signature}; verify, with --signature S: {ok}.
/// Fails when one is missing; reads no input.
Result<std::string> filter_sign(std::span<const std::string> args, std::string_view input);
Result<std::string> filter_verify(std::span<const std::string> args, std::string_view input);

}  // namespace postroad::webhooks
