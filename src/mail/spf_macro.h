#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "mail/spf.h"

namespace postroad::mail {

/// What macros stand for (RFC 7208 §7.2).
struct SpfMacroValues {
  std::string local_part, sender_domain;  ///< %{l}, %{o}
  std::string domain;                     ///< %{d}
  std::string validated;                  ///< %{p}
  const SpfQuery* query = nullptr;        ///< %{i} %{h} %{c} %{r} %{t} %{v}
};

/// Whether the text asks for %{p}, which costs look-ups.
bool uses_validated_name(std::string_view macro_string);
/// Expands a macro-string that `is_macro_string` has accepted.
std::string expand_macros(std::string_view macro_string, const SpfMacroValues& values);

}  // namespace postroad::mail
