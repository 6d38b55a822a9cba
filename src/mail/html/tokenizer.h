#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace postroad::mail::html {

enum class TokenKind : std::uint8_t {
  kText,  ///< character data, entities not decoded; of script, style and the like, everything inside
  kStartTag,
  kEndTag,
  kComment,  ///< comments, doctypes, processing instructions, conditional comments with all they hold
};

/// One piece of an HTML text. The pieces lie end to end: `end` of one is `begin` of the next.
struct Token {
  TokenKind kind{};
  std::size_t begin = 0, end = 0;  ///< octets in the source
  std::string_view name;           ///< of a tag, as spelled
  bool self_closing = false;       ///< written `<x/>`
  bool raw_text = false;       ///< text inside script, style, title, textarea, iframe, xmp, noembed, noframes
  std::size_t attributes = 0;  ///< of a start tag: where they begin
};

struct Attribute {
  std::string_view name;   ///< as spelled
  std::string_view value;  ///< as spelled, without quotes, entities not decoded; empty when there is none
  std::size_t value_begin = 0, value_end = 0;  ///< of the value; equal when there is none
  char quote = 0;                              ///< '"', '\'' or 0
  bool has_value = false;
};

/// Reads HTML as browsers do (WHATWG HTML §13.2.5) as far as mail needs it: tags, attributes, comments and
/// raw text, each with its place, so that a splice changes nothing else. No tree, no allocation, no copy;
/// linear in the text.
class Tokenizer {
 public:
  /// The text outlives the tokenizer and its tokens.
  explicit Tokenizer(std::string_view html) : html_(html) {}
  /// False at the end.
  bool next(Token& token);

 private:
  void text(Token& token);
  void raw_text(Token& token);
  bool markup(Token& token);
  void comment(Token& token);
  std::size_t tag_close(std::size_t from) const;

  std::string_view html_;
  std::size_t at_ = 0;
  std::string_view raw_end_;  ///< the element whose end tag raw text waits for
};

/// Walks the attributes of a start tag.
class Attributes {
 public:
  Attributes(std::string_view html, const Token& tag) : html_(html), at_(tag.attributes), end_(tag.end) {}
  bool next(Attribute& attribute);

 private:
  std::string_view html_;
  std::size_t at_, end_;
};

/// The first attribute of that name, any case; false when there is none.
bool find_attribute(std::string_view html, const Token& tag, std::string_view name, Attribute& attribute);

}  // namespace postroad::mail::html
