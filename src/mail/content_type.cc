#include "mail/content_type.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "mail/address.h"
#include "mail/characters.h"
#include "mail/charset.h"
#include "mail/encoded_word.h"

namespace postroad::mail {
namespace {

constexpr std::uint64_t kSectionMax = 9999;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// One `name*section*=value` as it stands.
struct Section {
  std::string name;
  std::uint64_t number = 0;
  std::size_t order = 0;  ///< of appearance
  bool numbered = false;
  bool extended = false;  ///< percent-encoded
  std::string value;
};

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  /// Everything before the first ';' or fold with a parameter after it, without comments and spaces.
  std::string value() {
    std::string out;
    while (!at_end() && peek() != ';' && !(is_line_end() && parameter_follows())) {
      if (peek() == '(') {
        skip_comment();
      } else {
        if (!is_space(peek())) out += peek();
        ++at_;
      }
    }
    if (out.ends_with('/')) out.pop_back();
    return ascii_lower(out);
  }

  std::optional<Section> section() {
    while (!at_end() && (peek() == ';' || is_space(peek()))) ++at_;
    if (at_end()) return std::nullopt;
    Section section;
    read_name(section);
    if (!at_end() && peek() == '=') {
      ++at_;
      section.value = parameter_value();
    } else {
      section.name.clear();
    }
    return section;
  }

 private:
  bool at_end() const { return at_ >= text_.size(); }
  char peek() const { return text_[at_]; }
  bool is_line_end() const { return peek() == '\n'; }

  void skip_comment() {
    std::size_t depth = 0;
    for (; !at_end(); ++at_) {
      if (peek() == '\\') {
        ++at_;
      } else if (peek() == '(') {
        if (++depth > kCommentDepthMax) at_ = text_.size();
      } else if (peek() == ')' && --depth == 0) {
        ++at_;
        return;
      }
    }
    at_ = text_.size();
  }

  /// Whether what follows this line end is white space and then `word=`.
  bool parameter_follows() const {
    std::size_t i = at_;
    while (i < text_.size() && is_space(text_[i])) ++i;
    const std::size_t word = i;
    constexpr std::size_t kLookahead = 64;
    while (i < text_.size() && i - word < kLookahead && (is_in(text_[i], kAtext) && text_[i] != '=')) ++i;
    return i > word && i < text_.size() && text_[i] == '=';
  }

  void read_name(Section& section) {
    const std::size_t start = at_;
    while (!at_end() && peek() != '=' && peek() != ';') {
      if (peek() == '(') break;
      ++at_;
    }
    std::string raw;
    for (const char c : text_.substr(start, at_ - start)) {
      if (!is_space(c)) raw += ascii_lower(c);
    }
    if (!at_end() && peek() == '(') skip_comment();
    while (!at_end() && is_space(peek())) ++at_;
    std::string_view rest = raw;
    while (rest.starts_with('*')) rest.remove_prefix(1);
    const std::size_t star = rest.find('*');
    section.name = std::string(rest.substr(0, star));
    if (star == std::string_view::npos) return;
    rest.remove_prefix(star + 1);
    section.extended = raw.ends_with('*');
    std::size_t digits = 0;
    while (digits < rest.size() && rest[digits] >= '0' && rest[digits] <= '9') ++digits;
    section.numbered = digits > 0;
    const auto number = parse_int(rest.substr(0, digits));
    section.number = number && static_cast<std::uint64_t>(*number) <= kSectionMax
                         ? static_cast<std::uint64_t>(*number)
                         : 0;
  }

  std::string parameter_value() {
    while (!at_end() && (peek() == ' ' || peek() == '\t')) ++at_;
    if (!at_end() && is_line_end() && !parameter_follows()) {
      while (!at_end() && is_space(peek())) ++at_;
    }
    if (!at_end() && peek() == '"') return quoted_value();
    const std::size_t start = at_;
    std::size_t end = start;
    while (!at_end() && peek() != ';' && !(is_line_end() && parameter_follows())) {
      if (peek() == '(' && (end == start || is_space(text_[at_ - 1]))) {
        skip_comment();
        continue;
      }
      ++at_;
      if (!is_space(text_[at_ - 1])) end = at_;
    }
    return std::string(text_.substr(start, end - start));
  }

  std::string quoted_value() {
    std::string out;
    for (++at_; !at_end() && peek() != '"'; ++at_) {
      if (peek() == '\\' && at_ + 1 < text_.size()) ++at_;
      if (peek() != '\r' && peek() != '\n') out += peek();
    }
    if (!at_end()) ++at_;
    return out;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = text[i] == '%' ? hex_decode(text.substr(i + 1, 2)) : std::nullopt;
    if (byte && byte->size() == 1) {
      out += *byte;
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// What is known of one parameter while its sections are joined.
struct Joined {
  std::string charset, language, raw;
  bool extended = false;
};

/// RFC 2231 §4: `charset'language'` opens the first extended section; some senders repeat `charset'` in later
/// ones.
void strip_charset(std::string_view& value, Joined& to) {
  const std::size_t quote = value.find('\'');
  if (quote == std::string_view::npos) return;
  if (!to.extended) {
    const std::size_t second = value.find('\'', quote + 1);
    if (second == std::string_view::npos) return;
    to.charset = std::string(value.substr(0, quote));
    to.language = std::string(value.substr(quote + 1, second - quote - 1));
    value.remove_prefix(second + 1);
  } else if (quote > 0 && ascii_iequals(value.substr(0, quote), to.charset)) {
    value.remove_prefix(quote + 1);
  }
}

void join(std::vector<Section> sections, ContentType& out) {
  std::sort(sections.begin(), sections.end(), [](const Section& a, const Section& b) {
    return std::pair(a.number, a.order) < std::pair(b.number, b.order);
  });
  Joined joined;
  for (const Section& section : sections) {
    std::string_view value = section.value;
    if (section.extended) {
      strip_charset(value, joined);
      joined.extended = true;
      joined.raw += percent_decoded(value);
    } else {
      joined.raw += value;
    }
  }
  const std::string& name = sections.front().name;
  std::string text =
      joined.extended ? to_utf8(joined.raw, joined.charset) : decode_parameter_words(joined.raw);
  if (text.empty()) return;
  if (!joined.language.empty()) out.parameters.push_back({name + "-language", joined.language});
  out.parameters.push_back({name, std::move(text)});
}

}  // namespace

const std::string* ContentType::parameter(std::string_view name) const {
  for (const Parameter& parameter : parameters) {
    if (parameter.name == name) return &parameter.value;
  }
  return nullptr;
}

std::string_view ContentType::type() const {
  return std::string_view(value).substr(0, value.find('/'));
}

std::string_view ContentType::subtype() const {
  const std::size_t slash = value.find('/');
  return slash == std::string::npos ? std::string_view{} : std::string_view(value).substr(slash + 1);
}

ContentType parse_content_type(std::string_view value) {
  while (!value.empty() && is_space(value.front())) value.remove_prefix(1);
  while (!value.empty() && (value.back() == '\n' || value.back() == '\r')) value.remove_suffix(1);
  ContentType out;
  Reader reader(value);
  out.value = repaired_utf8(reader.value());
  std::vector<std::vector<Section>> groups;
  std::size_t count = 0;
  while (auto section = reader.section()) {
    if (section->name.empty()) continue;
    if (++count > kParametersMax) break;
    section->order = count;
    const auto same =
        std::find_if(groups.begin(), groups.end(), [&](const auto& g) { return g[0].name == section->name; });
    if (same == groups.end()) {
      groups.push_back({*std::move(section)});
    } else if (section->numbered) {
      same->push_back(*std::move(section));
    } else if (section->extended && !same->front().extended) {
      *same = {*std::move(section)};  // RFC 6266 §4.3: the extended form is the better one
    }
  }
  for (auto& group : groups) join(std::move(group), out);
  return out;
}

}  // namespace postroad::mail
