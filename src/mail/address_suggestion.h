#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace postroad::mail {

/// The address someone probably meant who mistyped a large provider's domain: `ana@gmial.com` gives
/// `ana@gmail.com`. Nullopt when the domain is one of those providers already, or is not near enough to one
/// to be called a slip. Offline: it knows spelling, not whether the given domain exists. The local part is
/// passed through.
std::optional<std::string> suggest_address(std::string_view address);

}  // namespace postroad::mail
