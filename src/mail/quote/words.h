#pragma once
#include <cstdint>
#include <string_view>

/// What mail programs write around quoted mail, in the languages they speak. All arguments are folded (lines.h).
namespace postroad::mail::quote {

enum HeaderKind : std::uint8_t {
  kNoHeader = 0,
  kFromHeader = 1,
  kDateHeader = 2,
  kToHeader = 4,
  kSubjectHeader = 8,
  kOtherHeader = 16,  ///< Cc, Reply-To, Importance and the like
};

/// "from", "gesendet", "betreff", … without the colon.
HeaderKind header_kind(std::string_view name);

/// Ends in "wrote", "a écrit", "napisał(a)", "写道", …
bool ends_with_wrote(std::string_view text);
/// Some word in it is "schrieb", "schreef", "skrev", …, the verbs of languages that name the writer after them.
bool has_inner_wrote(std::string_view text);
/// Octets of an opening word and its space ("on ", "am ", "w dniu ", "在"); 0 when there is none.
std::size_t attribution_opener(std::string_view text);

/// "original message" and its like.
bool is_original_message(std::string_view text);
/// "forwarded message" and its like.
bool is_forwarded_message(std::string_view text);
/// "please type your reply above this line" and its like.
bool is_reply_above(std::string_view text);

/// "thanks", "best regards", "mit freundlichen grüßen", …: nothing else on the line but punctuation.
bool is_closing(std::string_view line);
/// "sent from my phone", "get outlook for ios", "envoyé de mon iphone", …
bool is_mobile_signature(std::string_view line);

}  // namespace postroad::mail::quote
