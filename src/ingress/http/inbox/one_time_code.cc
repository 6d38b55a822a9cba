#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "ingress/http/inbox/summary.h"

namespace postroad::ingress::http::inbox {
namespace {

constexpr std::array<std::string_view, 10> kCodeWords = {"code", "pin", "passcode", "otp", "password", "token",
                                                         "verification", "kod", "c\xc3\xb3" "digo", "codice"};
constexpr std::size_t kDigitsMin = 4;
constexpr std::size_t kDigitsMax = 8;
constexpr std::size_t kLettersMin = 6;
constexpr std::size_t kFar = 1'000'000;
constexpr std::size_t kAnnouncementsMax = 100;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }
bool is_word(char c) {
  return is_digit(c) || is_capital(c) || (c >= 'a' && c <= 'z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

struct Candidate {
  std::size_t begin = 0, end = 0;
  std::string code;
};

/// Whether what stands around a run of digits makes it part of something else: a price, a date, a time, a URL.
bool is_part(std::string_view text, std::size_t begin, std::size_t end) {
  constexpr std::string_view kBefore = "./:-+#=&?@$%";
  constexpr std::string_view kBehind = "/:-=&@%";
  if (begin > 0 && kBefore.find(text[begin - 1]) != std::string_view::npos) {
    const bool label = text[begin - 1] == ':' || text[begin - 1] == '#';  // "code:1234"
    if (!label || (begin > 1 && is_digit(text[begin - 2]))) return true;
  }
  if (end < text.size() && kBehind.find(text[end]) != std::string_view::npos) return true;
  return end + 1 < text.size() && text[end] == '.' && is_word(text[end + 1]);
}

/// A run at `at`, which begins a word; nullopt: not a code.
std::optional<Candidate> read(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && is_word(text[end])) ++end;
  const std::string_view word = text.substr(at, end - at);
  const auto digits = static_cast<std::size_t>(std::ranges::count_if(word, is_digit));
  if (digits == word.size() && digits == 3 && end + 4 <= text.size() && (text[end] == ' ' || text[end] == '-')) {
    const std::string_view half = text.substr(end + 1, 3);  // "123 456"
    const bool ends = end + 4 == text.size() || !is_word(text[end + 4]);
    if (ends && std::ranges::all_of(half, is_digit) && !is_part(text, at, end + 4)) {
      return Candidate{at, end + 4, std::string(word) + std::string(half)};
    }
  }
  const bool number = digits == word.size() && digits >= kDigitsMin && digits <= kDigitsMax;
  const bool mixed = word.size() >= kLettersMin && word.size() <= kDigitsMax && digits > 0 &&
                     std::ranges::all_of(word, [](char c) { return is_digit(c) || is_capital(c); });
  if ((!number && !mixed) || is_part(text, at, end)) return std::nullopt;
  return Candidate{at, end, std::string(word)};
}

/// Ends of the words that announce a code.
std::vector<std::size_t> announcements(std::string_view lower) {
  std::vector<std::size_t> found;
  for (const std::string_view word : kCodeWords) {
    for (std::size_t at = lower.find(word); at != std::string_view::npos; at = lower.find(word, at + 1)) {
      const std::size_t end = at + word.size();
      const bool whole = (at == 0 || !is_word(lower[at - 1])) && (end == lower.size() || !is_word(lower[end]) || lower[end] == 's');
      if (whole && found.size() < kAnnouncementsMax) found.push_back(end);
    }
  }
  return found;
}

}  // namespace

std::string one_time_code(std::string_view text) {
  text = text.substr(0, kCodeTextBytesMax);
  const std::vector<std::size_t> announced = announcements(ascii_lower(text));
  if (announced.empty()) return {};
  std::string best;
  std::size_t best_distance = kFar;
  for (std::size_t at = 0; at < text.size();) {
    if (!is_word(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && is_word(text[end])) ++end;
    if (const std::optional<Candidate> candidate = read(text, at)) {
      for (const std::size_t word : announced) {
        // Behind its announcement a code is nearer than before it.
        const std::size_t distance = candidate->begin >= word ? candidate->begin - word : 2 * (word - candidate->begin) + 40;
        if (distance >= best_distance) continue;
        best_distance = distance;
        best = candidate->code;
      }
      end = std::max(end, candidate->end);
    }
    at = end;
  }
  return best;
}

}  // namespace postroad::ingress::http::inbox
