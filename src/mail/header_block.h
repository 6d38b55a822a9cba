#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace postroad::mail {

inline constexpr std::size_t kHeaderBlockBytesMax = 256 * 1024;  ///< ours (reliability: MIME bombs)
inline constexpr std::size_t kHeaderFieldsMax = 1000;            ///< ours

/// One field as it stands in a message. Views into the message.
struct HeaderField {
  std::string_view name;   ///< as spelled, no spaces before ':'; empty for a line that is no field
  std::string_view value;  ///< after ':', folds and all, without the last line end
  std::string_view raw;    ///< whole, with its last line end
};

/// The header of a raw message, found in one pass. Lines end in CRLF or LF; the header ends at the first
/// empty line, or with the message. Views into the message, which must outlive it.
class HeaderBlock {
 public:
  static HeaderBlock scan(std::string_view message);

  const std::vector<HeaderField>& fields() const { return fields_; }
  /// Header with every field, without the empty line.
  std::string_view bytes() const { return header_; }
  /// After the empty line.
  std::string_view body() const { return body_; }
  /// More than kHeaderFieldsMax fields or kHeaderBlockBytesMax octets: `fields()` holds the first ones only.
  bool over_limit() const { return over_limit_; }

  /// The first field of that name, any case; null when there is none.
  const HeaderField* find(std::string_view name) const;
  std::size_t count(std::string_view name) const;

 private:
  std::vector<HeaderField> fields_;
  std::string_view header_, body_;
  bool over_limit_ = false;
};

/// RFC 5322 §2.2.3: line ends gone, white space at both ends too; nothing is decoded.
std::string unfold(std::string_view value);

/// Edits the header of a raw message; the body and every field not named stay octet for octet. The message
/// outlives it.
class HeaderEditor {
 public:
  explicit HeaderEditor(std::string_view message)
      : block_(HeaderBlock::scan(message)), removed_(block_.fields().size()) {}

  const HeaderBlock& block() const { return block_; }
  /// Removes all fields of that name; returns how many.
  std::size_t remove(std::string_view name);
  /// Removes all fields whose name begins so, such as "X-Mailgun-".
  std::size_t remove_with_prefix(std::string_view prefix);
  /// Fields, written by HeaderWriter, that go before all others, in the order of the calls.
  void prepend(std::string_view written_fields) { prepended_ += written_fields; }
  /// Fields that go after all others.
  void append(std::string_view written_fields) { appended_ += written_fields; }
  /// The message as edited. Lines that are no field are dropped.
  std::string finish() const;

 private:
  template <class Matches>
  std::size_t remove_if(Matches matches);

  HeaderBlock block_;
  std::vector<bool> removed_;
  std::string prepended_, appended_;
};

/// `text` with every line end (CRLF, bare CR, bare LF) as CRLF: what submitted and API MIME becomes before it
/// is signed.
std::string normalise_line_ends(std::string_view text);

}  // namespace postroad::mail
