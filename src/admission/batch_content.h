#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mail/address.h"

namespace postroad::admission {

/// What a message with blanks is made of; the numbers are on disk (docs/formats/batch.md).
enum class PieceKind : std::uint8_t {
  kOctets = 1,           ///< As they are.
  kText = 2,             ///< A field of people's text: name, ':', value with blanks.
  kStructured = 3,       ///< A field whose value is ASCII in its final form where it can be.
  kRecipient = 4,        ///< The To field, with the copy's own recipient.
  kVariables = 5,        ///< A field whose value is a JSON object with blanks in its texts.
  kQuotedPrintable = 6,  ///< UTF-8 text with blanks, to be transfer-encoded.
  kBase64 = 7,
};

/// One recipient of a batch.
struct BatchCopy {
  mail::Mailbox recipient;
  std::string variables;  ///< A JSON object, or empty.
};

/// Puts content together.
class BatchContentWriter {
 public:
  void add(PieceKind kind, std::string_view bytes);
  /// A field with blanks.
  void add_field(PieceKind kind, std::string_view name, std::string_view value);
  std::size_t blanks() const { return blanks_; }
  std::size_t bytes() const { return pieces_.size(); }
  std::string finish(const std::vector<BatchCopy>& copies) const;

 private:
  std::string pieces_;
  std::size_t blanks_ = 0;
};

/// Reads it. Views into the content, which must outlive it.
class BatchContent {
 public:
  /// kCorrupt when it is none.
  static Result<BatchContent> open(std::string_view content);

  std::uint32_t copies() const { return count_; }
  /// `number` from 1; kCorrupt when there is no such copy.
  Result<BatchCopy> copy(std::uint32_t number) const;
  /// The message as this recipient gets it. `unsubscribe`: a mailto URL.
  Result<std::string> render(const BatchCopy& copy, std::string unsubscribe) const;

 private:
  std::string_view pieces_, offsets_, copies_;
  std::uint32_t count_ = 0;
};

}  // namespace postroad::admission
