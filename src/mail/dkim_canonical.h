#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace postroad::mail {

/// RFC 6376 §3.4.
enum class Canonicalization : std::uint8_t { kSimple, kRelaxed };

/// One header field in canonical form, with its CRLF. `raw` is the field as it stands, folds and all; LF
/// counts as CRLF.
std::string canonical_field(std::string_view raw, Canonicalization mode);

/// The body in canonical form, piece by piece (RFC 6376 §3.4.3, §3.4.4). Lines end in CRLF; a bare CR or LF
/// is content. Memory is constant whatever the body: what is held back between pieces is counted, not copied.
class BodyCanonicalizer {
 public:
  explicit BodyCanonicalizer(Canonicalization mode) : mode_(mode) {}
  /// Appends canonical octets to `out`.
  void update(std::string_view piece, std::string& out);
  /// The end: ends the last line, drops empty ones; simple gives CRLF for an empty body, relaxed nothing.
  void finish(std::string& out);

 private:
  void content(std::string_view run, std::string& out);
  void line_ended(std::string& out);
  void release_line_ends(std::string& out);

  Canonicalization mode_;
  std::size_t line_ends_ = 0;  ///< CRLFs seen and not yet written: trailing ones never will be
  bool carriage_ = false;      ///< the piece ended in CR
  bool space_ = false;         ///< relaxed: a run of white space not yet written
  bool in_line_ = false;       ///< the current line has content
  bool any_ = false;           ///< something has been written
};

}  // namespace postroad::mail
