#include "mail/encoded_word.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "mail/base64_lines.h"
#include "mail/characters.h"
#include "mail/charset.h"

namespace postroad::mail {
namespace {

constexpr std::string_view kHexUpper = "0123456789ABCDEF";
constexpr std::string_view kPrefixQ = "=?utf-8?Q?";
constexpr std::string_view kPrefixB = "=?utf-8?B?";
constexpr std::string_view kSuffix = "?=";
constexpr std::size_t kContentBytesMax = kEncodedWordBytesMax - kPrefixQ.size() - kSuffix.size();

bool plain_in_q(char c, WordUse use) {
  const char lower = ascii_lower(c);
  if ((lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9')) return true;
  if (use == WordUse::kPhrase) return c == '!' || c == '*' || c == '+' || c == '-' || c == '/';
  return c > 32 && c < 127 && c != '=' && c != '?' && c != '_' && c != '"' && c != '(' && c != ')' &&
         c != '\\';
}

std::size_t q_size(std::string_view text, WordUse use) {
  std::size_t size = 0;
  for (const char c : text) size += plain_in_q(c, use) || c == ' ' ? 1 : 3;
  return size;
}

void append_q(std::string& out, std::string_view text, WordUse use) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == ' ') {
      out += '_';
    } else if (plain_in_q(c, use)) {
      out += c;
    } else {
      out += {'=', kHexUpper[byte >> 4], kHexUpper[byte & 15]};
    }
  }
}

}  // namespace

bool needs_encoded_words(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_in(text[i], kText8 | kControl)) return true;
    if (text[i] == '=' && i + 1 < text.size() && text[i + 1] == '?') return true;
  }
  return false;
}

std::string encode_words(std::string_view text, WordUse use) {
  const bool q = q_size(text, use) <= text.size() * 2;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    std::size_t cost = 0;
    while (at < text.size()) {
      const std::size_t length = utf8_length(text.substr(at));
      const std::size_t more = q ? q_size(text.substr(at, length), use) : length;
      if (cost + more > (q ? kContentBytesMax : kContentBytesMax / 4 * 3)) break;
      cost += more;
      at += length;
    }
    const std::string_view piece = text.substr(start, at - start);
    if (!out.empty()) out += ' ';
    out += q ? kPrefixQ : kPrefixB;
    if (q) {
      append_q(out, piece, use);
    } else {
      out += base64_encode(piece);
    }
    out += kSuffix;
  }
  return out;
}

namespace {

/// One encoded word found in text.
struct Word {
  std::string_view charset;
  std::string bytes;  ///< decoded, not yet converted
  std::size_t end;    ///< one past "?="
};

constexpr std::size_t kCharsetBytesMax = 60;

/// RFC 2047 §4.2, with the spaces and folds some senders leave inside.
std::string decode_q(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\r' || c == '\n') {
      while (i + 1 < text.size() && (is_in(text[i + 1], kWsp) || text[i + 1] == '\n' || text[i + 1] == '\r'))
        ++i;
      continue;
    }
    const auto byte = c == '=' ? hex_decode(text.substr(i + 1, 2)) : std::nullopt;
    if (byte && byte->size() == 1) {
      out += *byte;
      i += 2;
    } else {
      out += c == '_' ? ' ' : c;
    }
  }
  return out;
}

/// The encoded word at `at`, where "=?" stands. `text_end` is where the last "?=" of the text begins: past it
/// nothing can end, which keeps a text of many "=?" linear.
std::optional<Word> word_at(std::string_view text, std::size_t at, std::size_t last_end) {
  const std::size_t charset_end =
      text.substr(0, std::min(text.size(), at + 2 + kCharsetBytesMax)).find('?', at + 2);
  if (charset_end == std::string_view::npos || charset_end == at + 2 || charset_end + 2 >= text.size())
    return std::nullopt;
  const char encoding = ascii_lower(text[charset_end + 1]);
  if ((encoding != 'q' && encoding != 'b') || text[charset_end + 2] != '?') return std::nullopt;
  const std::string_view charset = text.substr(at + 2, charset_end - at - 2);
  if (charset.find_first_of(" \t\r\n=") != std::string_view::npos) return std::nullopt;
  const std::size_t content = charset_end + 3;
  if (content > last_end) return std::nullopt;
  const std::size_t end = text.find("?=", content);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view encoded = text.substr(content, end - content);
  return Word{charset, encoding == 'q' ? decode_q(encoded) : decode_base64_lenient(encoded), end + 2};
}

/// Text without encoded words: folds become one space, stray octets U+FFFD.
std::string unfolded_text(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r' && text[i] != '\n') {
      out += text[i];
      continue;
    }
    while (!out.empty() && is_in(out.back(), kWsp)) out.pop_back();
    while (i + 1 < text.size() && (is_in(text[i + 1], kWsp) || text[i + 1] == '\r' || text[i + 1] == '\n'))
      ++i;
    out += ' ';
  }
  return to_utf8(out, {});
}

class WordDecoder {
 public:
  explicit WordDecoder(bool part_touching) : part_touching_(part_touching) {}

  std::string decode(std::string_view text) {
    const std::size_t last_end = text.rfind("?=");
    std::size_t plain = 0;
    for (std::size_t at = text.find("=?");
         at != std::string_view::npos && last_end != std::string_view::npos;) {
      const auto word = word_at(text, at, last_end);
      if (!word) {
        at = text.find("=?", at + 2);
        continue;
      }
      add_plain(text.substr(plain, at - plain));
      add_word(*word);
      plain = word->end;
      at = text.find("=?", plain);
    }
    add_plain(text.substr(plain));
    flush();
    return std::move(out_);
  }

 private:
  void add_plain(std::string_view text) {
    const bool blank = text.find_first_not_of(" \t\r\n") == std::string_view::npos;
    if (text.empty() || (blank && after_word_)) {
      pending_ = blank ? text : std::string_view{};
      return;
    }
    const bool touches = after_word_ && !is_space(text[0]) && text[0] != ')' && text[0] != '"';
    flush();
    if (touches && part_touching_) out_ += ' ';
    out_ += unfolded_text(text);
    after_word_ = false;
  }

  void add_word(const Word& word) {
    if (!after_word_ && part_touching_ && !out_.empty() && !is_space(out_.back()) && out_.back() != '(' &&
        out_.back() != '"') {
      out_ += ' ';
    }
    pending_ = {};
    if (after_word_ && !ascii_iequals(charset_, word.charset)) flush();
    charset_ = word.charset;
    bytes_ += word.bytes;
    after_word_ = true;
  }

  void flush() {
    if (!bytes_.empty()) out_ += to_utf8(bytes_, charset_);
    bytes_.clear();
    if (after_word_ && !pending_.empty()) out_ += ' ';
    pending_ = {};
  }

  static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

  bool part_touching_;
  std::string out_;
  std::string_view charset_;
  std::string bytes_;         ///< of encoded words, waiting for neighbours of the same charset
  std::string_view pending_;  ///< white space after a word: dropped if another follows
  bool after_word_ = false;
};

}  // namespace

std::string decode_words(std::string_view text) {
  return WordDecoder(true).decode(text);
}
std::string decode_phrase(std::string_view phrase) {
  return decode_words(phrase);
}
std::string decode_parameter_words(std::string_view text) {
  return WordDecoder(false).decode(text);
}

}  // namespace postroad::mail
