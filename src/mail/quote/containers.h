#pragma once
#include <cstdint>
#include <string_view>

#include "mail/html/tokenizer.h"

namespace postroad::mail::quote {

enum class ContainerKind : std::uint8_t {
  kNone,
  kQuote,    ///< holds what is quoted
  kDivider,  ///< what follows is quoted, to the end
  kIndent,   ///< a blockquote a person made in a mail program's editor
};

/// What the classes, ids and styles of a start tag say: Gmail, Yahoo, Outlook in its many forms, Apple Mail,
/// Thunderbird, Zimbra, Proton Mail, Tuta, Zoho, Spark, Front, 163.
ContainerKind container_kind(std::string_view html, const html::Token& tag);

}  // namespace postroad::mail::quote
