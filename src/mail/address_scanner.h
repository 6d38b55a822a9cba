#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace postroad::mail {

/// Walks address text token by token (RFC 5322 §3.2), never backwards: the common ground of the strict
/// parser, the header reader and SMTP paths.
class AddressScanner {
 public:
  explicit AddressScanner(std::string_view text) : text_(text) {}

  bool at_end() const { return at_ >= text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }
  std::size_t position() const { return at_; }
  std::string_view rest() const { return text_.substr(at_); }
  std::string_view since(std::size_t start) const { return text_.substr(start, at_ - start); }
  bool take(char c);

  /// Skips spaces and comments; nested comments are counted, not recursed into. False when a comment never
  /// ends or nests too deep.
  bool skip_cfws();
  /// A run of atext, UTF-8 and dots; may be empty.
  std::string_view dotted_run();
  /// The content of a quoted string, unescaped; nullopt when it never ends. Stands at '"'.
  std::optional<std::string> quoted_string();
  /// "[...]" with its brackets; nullopt when it never ends or nests. Stands at '['.
  std::optional<std::string_view> bracketed();

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

/// RFC 5322 dot-atom with UTF-8: not empty, no dot first, last or twice.
bool is_dot_atom(std::string_view text);

}  // namespace postroad::mail
