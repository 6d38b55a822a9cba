// What is said to a shell. Names come from mail of strangers: nothing of them may be more than a word there.
#include "app/completion_reply.h"

#include <fmt/format.h>

#include <algorithm>

namespace postroad::app {
namespace {

constexpr std::string_view kSafe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:=@%+,";

/// Word breaks that bash leaves at the beginning of what is completed (readline's rl_special_prefixes).
constexpr std::string_view kLeftInWord = "$@";

bool is_assignment(std::string_view word) { return word.find('=') != std::string_view::npos && word.find('/') > word.find('='); }

bool ends_open(const Suggestion& one) { return one.value.ends_with(':') || one.value.ends_with('=') || one.value.ends_with('/'); }

std::string_view directive(ValueSource source, const Suggestions& suggestions) {
  if (source == ValueSource::kFiles) return "files";
  if (source == ValueSource::kDirectories) return "directories";
  return !suggestions.empty() && std::ranges::all_of(suggestions, ends_open) ? "nospace" : "values";
}

}  // namespace

BashLine read_bash_line(std::string_view line, std::string_view word_breaks) {
  std::vector<std::string> words;
  std::string word;
  bool begun = false;
  char quote = 0;
  std::size_t kept = 0, quoted_from = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const char next = i + 1 < line.size() ? line[i + 1] : 0;
    const bool escapes = c == '\\' && quote != '\'' && (quote == 0 || next == '"' || next == '\\' || next == '$' || next == '`');
    if (quote == 0 && (c == ' ' || c == '\t')) {
      if (begun) words.push_back(std::exchange(word, {}));
      begun = false;
      kept = 0;
    } else if (escapes) {
      begun = true;
      if (next != 0) word += next;
      ++i;
    } else if (c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '"' || c == '\'')) {
      begun = true;
      quote = c;
      quoted_from = word.size();
    } else {
      begun = true;
      word += c;
      if (quote == 0 && word_breaks.find(c) != std::string_view::npos) kept = word.size() - (kLeftInWord.find(c) == std::string_view::npos ? 0 : 1);
    }
  }
  words.push_back(std::move(word));
  BashLine read{.before = {}, .typed = std::move(words.back()), .kept = quote != 0 ? quoted_from : kept, .in_quotes = quote != 0};
  words.pop_back();
  const auto name = std::ranges::find_if_not(words, is_assignment);  // POSTROAD_URL=… postroad
  if (name != words.end()) read.before.assign(name + 1, words.end());
  return read;
}

std::string bash_quoted(std::string_view text) {
  std::string quoted;
  for (const char c : text) {
    const bool is_safe = kSafe.find(c) != std::string_view::npos || static_cast<unsigned char>(c) >= 0x80;
    if (!is_safe) quoted += '\\';
    quoted += c;
  }
  return quoted;
}

bool is_plain(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
    if (byte < 0x20 || byte == 0x7f || (byte == 0xc2 && next >= 0x80 && next < 0xa0)) return false;  // C0, DEL, C1
  }
  return !text.empty();
}

std::string bash_reply(const BashLine& line, ValueSource source, const Suggestions& suggestions) {
  std::string reply = fmt::format("{}\n", directive(source, suggestions));
  for (const Suggestion& one : suggestions) {
    if (!is_plain(one.value) || one.value.size() < line.kept) continue;
    const std::string rest = one.value.substr(line.kept);
    const std::string quoted = bash_quoted(rest);
    // Between quotes a backslash may stand for itself: what needs one is not offered there.
    if (!line.in_quotes || quoted == rest) reply += quoted + "\n";
  }
  return reply;
}

std::string tab_reply(ValueSource source, const Suggestions& suggestions) {
  std::string reply = fmt::format("{}\n", directive(source, suggestions));
  for (const Suggestion& one : suggestions) {
    if (!is_plain(one.value)) continue;
    reply += one.value;
    if (is_plain(one.about)) reply += "\t" + one.about;
    reply += "\n";
  }
  return reply;
}

}  // namespace postroad::app
