#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "ingress/http/inbox/summary.h"

namespace postroad::ingress::http::inbox {

/// What a person types into the search box: words and quoted phrases, all of which must be there; `-word` must not.
/// `from:`, `to:` and `subject:` look into that field, `is:` at a recipient's state, `has:attachment`; a bare word looks
/// everywhere. Letters of either case are the same where they are ASCII.
class Search {
 public:
  static constexpr std::size_t kTermsMax = 20;  ///< Further ones are left out.

  /// Any text is a search.
  static Search parse(std::string_view text);
  /// `states` holds the recipients, who are looked at together with the To field.
  bool matches(const Summary& summary, const std::vector<RecipientState>& states) const;
  bool empty() const { return terms_.empty(); }

 private:
  enum class Field : std::uint8_t { kAny, kFrom, kTo, kSubject, kState, kAttachment };
  struct Term {
    Field field = Field::kAny;
    std::string text;  ///< In lower case.
    bool wanted = true;
  };
  static bool holds(const Term& term, const Summary& summary, const std::vector<RecipientState>& states);

  std::vector<Term> terms_;
};

}  // namespace postroad::ingress::http::inbox
