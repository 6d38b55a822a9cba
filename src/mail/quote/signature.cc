#include "mail/quote/signature.h"

#include <algorithm>
#include <string>
#include <vector>

#include "mail/quote/evidence.h"
#include "mail/quote/words.h"

namespace postroad::mail::quote {
namespace {

/// More lines of running text than this after the sender's name: no signature.
constexpr std::size_t kTextLinesMax = 2;
constexpr std::size_t kFoldBytesMax = 200;
constexpr std::size_t kNameBytesMin = 3;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

std::size_t word_count(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), ' ')) + 1;
}

/// "john", "smith" from `John Smith <john@example.com>`; the address itself too.
std::vector<std::string> sender_words(std::string_view sender) {
  constexpr std::size_t kWordsMax = 8;
  std::vector<std::string> words;
  std::string folded;
  fold(sender.substr(0, kFoldBytesMax), folded);
  std::string word;
  bool in_domain = false;
  for (const char c : folded + ' ') {
    if (is_letter(c)) {
      word += c;
      continue;
    }
    if (!in_domain && word.size() >= kNameBytesMin && words.size() < kWordsMax) words.push_back(word);
    word.clear();
    if (c == '@') in_domain = true;
    if (c == ' ' || c == '>') in_domain = false;
  }
  return words;
}

bool has_word(std::string_view folded, const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    for (std::size_t at = folded.find(word); at != std::string_view::npos; at = folded.find(word, at + 1)) {
      const std::size_t end = at + word.size();
      if ((at == 0 || !is_letter(folded[at - 1])) && (end == folded.size() || !is_letter(folded[end]))) return true;
    }
  }
  return false;
}

/// One of the last lines that say something.
struct Candidate {
  std::size_t line = 0;
  std::string folded;
  bool paragraph = false;  ///< an empty line is before it
  bool delimiter = false;  ///< "--", "-- john", "____"
  bool closing = false;
  bool too_long = false;
};

/// "--" and the like, alone or before a short name; a mailing list's rule.
bool is_delimiter(std::string_view folded) {
  constexpr std::size_t kNameWordsMax = 4;
  if (!folded.starts_with('-'))
    return folded.size() >= 5 && folded.find_first_not_of(folded.front()) == std::string_view::npos &&
           (folded.front() == '_' || folded.front() == '=');
  const std::size_t name = folded.find_first_not_of("- ");
  if (name == std::string_view::npos) return folded.size() > 1;
  const std::string_view rest = folded.substr(name);
  return word_count(rest) <= kNameWordsMax &&
         std::all_of(rest.begin(), rest.end(), [](char c) { return is_letter(c) || c == ' ' || c == '.'; });
}

/// Running text: three words or more, most of them not names, no way to reach someone.
bool is_running_text(std::string_view line, std::string_view folded) {
  if (has_address(folded) || folded.find("http") != std::string_view::npos ||
      folded.find("www.") != std::string_view::npos)
    return false;
  std::size_t words = 0, small = 0, digits = 0;
  bool start = true;
  for (const char c : line) {
    if (is_digit(c)) ++digits;
    if (start && c != ' ') {
      ++words;
      small += c >= 'a' && c <= 'z' ? 1 : 0;
    }
    start = c == ' ' || c == '\t';
  }
  return words >= 3 && digits < 6 && 2 * small >= words;
}

class Splitter {
 public:
  Splitter(const Lines& lines, std::string_view sender) : lines_(lines), words_(sender_words(sender)) {}

  std::size_t find() {
    if (const std::size_t line = announced(); line != lines_.size()) return line;
    collect();
    std::size_t start = by_words();
    if (const std::size_t named = by_name(start); named < start) start = named;
    return start;
  }

 private:
  /// "-- " alone on a line or what a phone adds: all that follows is no longer the sender's. The first one counts.
  std::size_t announced() {
    bool said_something = false;
    std::string folded;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      const std::string_view line = lines_[i];
      if (said_something && (line == "-- " || is_mobile(line, folded))) return before_mobile(i);
      said_something = said_something || !is_blank(line);
    }
    return lines_.size();
  }

  static bool is_mobile(std::string_view line, std::string& folded) {
    if (line.size() < 8 || line.size() > kFoldBytesMax) return false;
    fold(line, folded);
    return is_mobile_signature(folded);
  }

  /// "-John" or "--" above belongs to it.
  std::size_t before_mobile(std::size_t line) {
    std::size_t above = line;
    while (above > 0 && is_blank(lines_[above - 1])) --above;
    if (above == 0 || lines_[above - 1].size() > kSignatureLineBytesMax) return line;
    std::string folded;
    fold(lines_[above - 1], folded);
    return is_delimiter(folded) && said_before(above - 1) ? above - 1 : line;
  }

  bool said_before(std::size_t line) const {
    for (std::size_t i = line; i > 0; --i) {
      if (!is_blank(lines_[i - 1])) return true;
    }
    return false;
  }

  /// The last lines that say something, the last one first; never the first line of the text.
  void collect() {
    for (std::size_t i = lines_.size(); i > 0 && candidates_.size() <= kSignatureLinesMax; --i) {
      const std::string_view line = lines_[i - 1];
      if (is_blank(line)) {
        if (!candidates_.empty()) candidates_.back().paragraph = true;
        continue;
      }
      Candidate c{.line = i - 1};
      c.too_long = line.size() > kFoldBytesMax;
      if (!c.too_long) fold(line, c.folded);
      const bool one_word = c.folded.find(' ') == std::string::npos;  // a link
      c.too_long = c.too_long || (c.folded.size() > kSignatureLineBytesMax && !one_word);
      c.delimiter = !c.too_long && is_delimiter(c.folded);
      c.closing = !c.too_long && is_closing(c.folded);
      candidates_.push_back(std::move(c));
    }
    drop_lists();
    if (!candidates_.empty()) candidates_.pop_back();  // the first line, or one too many
  }

  /// "- pens" above or below "- paper" is a list, and so is what stands right under a line that ends with a colon.
  void drop_lists() {
    const auto is_item = [](const Candidate& c) { return c.delimiter && c.folded.size() > 2 && c.folded.starts_with("- "); };
    bool below = false;
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      Candidate& c = candidates_[i];
      const Candidate* above = i + 1 < candidates_.size() && !c.paragraph ? &candidates_[i + 1] : nullptr;
      const bool item = is_item(c);
      const bool announced = above != nullptr && above->folded.ends_with(':');
      if ((item && (below || (above != nullptr && is_item(*above)))) || announced) c.delimiter = false;
      below = item && !c.paragraph;
    }
  }

  /// The farthest delimiter, else the farthest closing, with short lines alone below it.
  std::size_t by_words() {
    std::size_t delimiter = lines_.size(), closing = lines_.size();
    for (const Candidate& c : candidates_) {
      if (c.too_long) break;
      if (c.delimiter) delimiter = c.line;
      if (c.closing) closing = c.line;
    }
    return std::min(delimiter, closing);
  }

  /// The paragraph that holds the sender's name, when what follows looks like a signature.
  std::size_t by_name(std::size_t otherwise) {
    if (words_.empty()) return otherwise;
    std::size_t running = 0;
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      const Candidate& c = candidates_[i];
      if (c.too_long || (running += runs(c) ? 1 : 0) > kTextLinesMax) return otherwise;
      if (!has_word(c.folded, words_) || runs(c)) continue;
      return paragraph_start(i);
    }
    return otherwise;
  }

  bool runs(const Candidate& c) const { return is_running_text(lines_[c.line], c.folded); }

  /// From the name up to the start of its paragraph while lines stay short, and to a closing just above.
  std::size_t paragraph_start(std::size_t i) const {
    while (!candidates_[i].paragraph && i + 1 < candidates_.size() && !candidates_[i + 1].too_long &&
           !runs(candidates_[i + 1]) && !ends_sentence(candidates_[i + 1]))
      ++i;
    return candidates_[i].line;
  }

  static bool ends_sentence(const Candidate& c) { return std::string_view("?!:").find(c.folded.back()) != std::string_view::npos; }

  const Lines& lines_;
  std::vector<std::string> words_;
  std::vector<Candidate> candidates_;
};

}  // namespace

std::size_t find_signature(const Lines& lines, std::string_view sender) {
  return Splitter(lines, sender).find();
}

}  // namespace postroad::mail::quote
