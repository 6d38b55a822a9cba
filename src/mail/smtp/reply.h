#pragma once
#include <optional>
#include <string>
#include <vector>

#include "mail/enhanced_code.h"

namespace postroad::mail::smtp {

/// One SMTP reply (RFC 5321 §4.2), ours or a peer's.
struct Reply {
  int code = 0;  ///< 200-599
  std::optional<EnhancedCode> enhanced;
  std::vector<std::string> lines;  ///< texts without codes; at least one

  bool positive() const { return code / 100 == 2; }
  bool intermediate() const { return code / 100 == 3; }
  bool transient() const { return code / 100 == 4; }
  bool permanent() const { return code / 100 == 5; }
  /// The lines joined by single spaces.
  std::string text() const;
  /// "550 5.1.1 text": how logs and events show it.
  std::string summary() const;
  /// The octets for the wire, CRLF and all: the enhanced code on every line. Controls in the texts become
  /// spaces.
  std::string wire() const;
};

/// A reply of one line.
Reply make_reply(int code, std::optional<EnhancedCode> enhanced, std::string text);

}  // namespace postroad::mail::smtp
