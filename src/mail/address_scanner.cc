#include "mail/address_scanner.h"

#include "mail/address.h"
#include "mail/characters.h"

namespace postroad::mail {

bool AddressScanner::take(char c) {
  if (at_end() || text_[at_] != c) return false;
  ++at_;
  return true;
}

bool AddressScanner::skip_cfws() {
  std::size_t depth = 0;
  for (; !at_end(); ++at_) {
    const char c = text_[at_];
    if (c == '(') {
      if (++depth > kCommentDepthMax) return false;
    } else if (c == ')' && depth > 0) {
      --depth;
    } else if (c == '\\' && depth > 0 && at_ + 1 < text_.size()) {
      ++at_;
    } else if (depth == 0 && !is_in(c, kWsp)) {
      return true;
    }
  }
  return depth == 0;
}

std::string_view AddressScanner::dotted_run() {
  const std::size_t start = at_;
  while (!at_end() && (is_in(text_[at_], kAtext | kText8) || text_[at_] == '.')) ++at_;
  return since(start);
}

std::optional<std::string> AddressScanner::quoted_string() {
  std::string content;
  for (++at_; !at_end(); ++at_) {
    const char c = text_[at_];
    if (c == '"') {
      ++at_;
      return content;
    }
    if (c == '\\') {
      if (++at_ >= text_.size()) break;
    }
    content += text_[at_];
  }
  return std::nullopt;
}

std::optional<std::string_view> AddressScanner::bracketed() {
  const std::size_t start = at_;
  for (++at_; !at_end(); ++at_) {
    const char c = text_[at_];
    if (c == '[' || c == '\\') return std::nullopt;
    if (c == ']') {
      ++at_;
      return since(start);
    }
  }
  return std::nullopt;
}

bool is_dot_atom(std::string_view text) {
  if (text.empty() || text.front() == '.' || text.back() == '.') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '.' ? text[i - 1] == '.' : !is_in(text[i], kAtext | kText8)) return false;
  }
  return true;
}

}  // namespace postroad::mail
