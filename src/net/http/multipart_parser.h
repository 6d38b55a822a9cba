#pragma once
#include "net/http/form.h"

namespace postroad::net::http {

/// multipart/form-data (RFC 7578, RFC 2046 §5.1), in any split, holding back no more than a delimiter or one part's
/// header. Strict: CR LF only, every part named, the closing delimiter present. Content-Transfer-Encoding may be
/// 7bit, 8bit or binary.
class MultipartParser final : public FormParser {
 public:
  static constexpr std::size_t kBoundaryBytesMax = 70;  // RFC 2046 §5.1.1
  static constexpr std::size_t kPaddingBytesMax = 64;   ///< White space after a delimiter.

  static Outcome<std::unique_ptr<MultipartParser>> make(std::string_view boundary, FormBuilder& builder);
  Outcome<void> feed(std::string_view bytes) override;
  Outcome<void> finish() override;

 private:
  enum class State : std::uint8_t { kPreamble, kHeader, kContent, kEpilogue };

  MultipartParser(std::string_view boundary, FormBuilder& builder);
  /// Each does what it can with `window_` and returns whether to go on.
  Outcome<bool> advance();
  Outcome<bool> advance_to_delimiter();
  Outcome<bool> advance_header();
  void emit(std::size_t bytes);
  Outcome<void> begin_part(std::string_view header);

  FormBuilder& builder_;
  std::string delimiter_;  ///< CR LF "--" boundary
  std::string window_;     ///< What came and is not dealt with yet.
  std::size_t begin_ = 0;  ///< Of the window's rest.
  State state_ = State::kPreamble;
};

}  // namespace postroad::net::http
