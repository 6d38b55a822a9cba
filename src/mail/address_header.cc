#include "mail/address_header.h"

#include "base/text.h"
#include "mail/address.h"
#include "mail/characters.h"
#include "mail/charset.h"
#include "mail/encoded_word.h"

namespace postroad::mail {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// Appends `c`, with any run of white space before it as one space.
void append_collapsed(std::string& out, char c) {
  if (!is_space(c)) {
    out += c;
  } else if (!out.empty() && out.back() != ' ') {
    out += ' ';
  }
}

constexpr std::size_t kEncodedWordBytesMax = 998;  // a line's (RFC 5322 §2.1.1); RFC 2047 says 75

/// Octets of the encoded word that `text` begins with; 0 when it begins with none.
std::size_t encoded_word_length(std::string_view text) {
  if (!text.starts_with("=?")) return 0;
  text = text.substr(0, kEncodedWordBytesMax);
  const std::size_t charset = text.find_first_of("? \t\r\n<>,;:\"()@", 2);
  if (charset == std::string_view::npos || charset == 2 || text[charset] != '?') return 0;
  if (charset + 2 >= text.size() || text[charset + 2] != '?') return 0;
  for (std::size_t i = charset + 3; i + 1 < text.size() && !is_space(text[i]); ++i) {
    if (text[i] == '?' && text[i + 1] == '=') return i + 2;
  }
  return 0;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::vector<AddressGroup> read() {
    while (at_ < text_.size() && count_ < kHeaderAddressesMax) step();
    end_entry();
    end_group();
    return std::move(groups_);
  }

 private:
  void step() {
    const char c = text_[at_];
    if (c == '"') {
      read_quoted();
      return;
    }
    if (c == '(') {
      read_comment();
      return;
    }
    // Senders leave commas and brackets in encoded words, which a phrase may not have (RFC 2047 §5).
    if (const std::size_t length = encoded_word_length(text_.substr(at_))) {
      words_ += text_.substr(at_, length);
      bare_ += text_.substr(at_, length);
      at_ += length;
      return;
    }
    ++at_;
    if (c == '<' && has_closing_angle()) {
      read_angle();
    } else if (c == ',') {
      end_entry();
    } else if (c == ';') {
      end_entry();
      end_group();
    } else if (c == ':') {
      begin_group();
    } else {
      append_collapsed(words_, c);
      if (!is_space(c) || !bare_.empty()) bare_ += c;
    }
  }

  bool has_closing_angle() {
    if (last_close_ == 0) last_close_ = text_.rfind('>') == std::string_view::npos ? 1 : text_.rfind('>') + 1;
    return at_ < last_close_;
  }

  void read_quoted() {
    const std::size_t start = at_;
    std::string content;
    std::size_t i = at_ + 1;
    for (; i < text_.size() && text_[i] != '"'; ++i) {
      if (text_[i] == '\\' && i + 1 < text_.size()) ++i;
      if (text_[i] != '\r' && text_[i] != '\n') content += text_[i];
    }
    at_ = i < text_.size() ? i + 1 : i;
    if (at_ < text_.size() && text_[at_] == '@') {  // a quoted local part
      bare_ += text_.substr(start, at_ - start);
      words_ += text_.substr(start, at_ - start);
      return;
    }
    flush_words();
    if (!name_.empty() && !name_.ends_with(' ')) name_ += ' ';
    name_ += decode_words(content);
    quoted_ = true;
  }

  void read_comment() {
    std::string content;
    std::size_t depth = 1;
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '(') ++depth;
      if (c == ')' && --depth == 0) {
        ++at_;
        break;
      }
      if (c == '\\' && at_ + 1 < text_.size()) ++at_;
      append_collapsed(content, text_[at_]);
    }
    const std::string decoded = decode_words(trim(content));
    if (decoded.empty()) return;
    if (!comments_.empty()) comments_ += ' ';
    comments_ += decoded;
  }

  void read_angle() {
    std::string address;
    while (at_ < text_.size() && text_[at_] != '>') {
      if (text_[at_] == '(') {
        read_comment();
        continue;
      }
      if (text_[at_] == '"') {
        do {
          address += text_[at_++];
          if (at_ + 1 < text_.size() && text_[at_] == '\\') address += text_[at_++];
        } while (at_ < text_.size() && text_[at_] != '"');
        if (at_ < text_.size()) address += text_[at_++];
        continue;
      }
      if (text_[at_] != '\r' && text_[at_] != '\n') address += text_[at_];
      ++at_;
    }
    if (at_ < text_.size()) ++at_;
    address_ = std::string(trim(address));
    angle_ = true;
    bare_.clear();
  }

  void flush_words() {
    const std::string decoded = decode_words(trim(words_));
    words_.clear();
    if (decoded.empty()) return;
    if (!name_.empty()) name_ += ' ';
    name_ += decoded;
  }

  void end_entry() {
    if (!angle_ && !quoted_ && bare_.find('@') != std::string::npos) {
      address_ = std::string(trim(bare_));
      words_.clear();
    } else if (!angle_ && quoted_ && bare_.find('@') != std::string::npos) {
      address_ = std::string(trim(bare_));
      words_.clear();
    }
    flush_words();
    std::string name = with_comments();
    if (!name.empty() || !address_.empty()) {
      members_.push_back({std::move(name), repaired_utf8(address_)});
      ++count_;
    }
    clear_entry();
  }

  std::string with_comments() {
    if (comments_.empty()) return name_;
    return name_.empty() ? comments_ : name_ + " (" + comments_ + ')';
  }

  void begin_group() {
    flush_words();
    std::string name = with_comments();
    clear_entry();
    if (!members_.empty()) end_group();
    in_group_ = true;
    group_name_ = std::move(name);
  }

  void end_group() {
    if (in_group_ || !members_.empty()) groups_.push_back({std::move(group_name_), std::move(members_)});
    group_name_.clear();
    members_.clear();
    in_group_ = false;
  }

  void clear_entry() {
    words_.clear(), bare_.clear(), name_.clear(), address_.clear(), comments_.clear();
    quoted_ = angle_ = false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t count_ = 0;
  std::size_t last_close_ = 0;
  std::string words_;  ///< unquoted text since the last flush, white space collapsed
  std::string bare_;   ///< the same, as spelled: an address if there are no angle brackets
  std::string name_, address_, comments_;
  bool quoted_ = false, angle_ = false;
  bool in_group_ = false;
  std::string group_name_;
  std::vector<HeaderAddress> members_;
  std::vector<AddressGroup> groups_;
};

}  // namespace

std::vector<AddressGroup> read_address_header(std::string_view value) {
  return Reader(value).read();
}

std::vector<HeaderAddress> read_addresses(std::string_view value) {
  std::vector<HeaderAddress> out;
  for (AddressGroup& group : read_address_header(value)) {
    for (HeaderAddress& member : group.members) out.push_back(std::move(member));
  }
  return out;
}

}  // namespace postroad::mail
