#include "mail/date.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"
#include "mail/characters.h"

namespace postroad::mail {
namespace {

constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::size_t kDateBytesMax = 512;
constexpr std::size_t kTokensMax = 24;

struct Zone {
  std::string_view name;
  int minutes;
};
constexpr Zone kZones[] = {
    {"ut", 0},     {"utc", 0},    {"gmt", 0},    {"z", 0},      {"est", -300}, {"edt", -240},  {"cst", -360},
    {"cdt", -300}, {"mst", -420}, {"mdt", -360}, {"pst", -480}, {"pdt", -420}, {"akst", -540}, {"akdt", -480},
    {"hst", -600}, {"cet", 60},   {"cest", 120}, {"met", 60},   {"mest", 120}, {"eet", 120},   {"eest", 180},
    {"wet", 0},    {"west", 60},  {"bst", 60},   {"msk", 180},  {"jst", 540},  {"kst", 540}};

struct Fields {
  int year = -1, month = -1, day = -1, hour = -1, minute = 0, second = 0, zone_minutes = 0;
};

std::optional<UnixSeconds> assembled(const Fields& f) {
  using namespace std::chrono;
  const year_month_day date{year{f.year}, month{static_cast<unsigned>(f.month)},
                            day{static_cast<unsigned>(f.day)}};
  if (f.year < 1900 || f.year > 9999 || f.month < 1 || f.day < 1 || !date.ok()) return std::nullopt;
  if (f.hour < 0 || f.hour > 23 || f.minute > 59 || f.second > 60) return std::nullopt;
  return sys_days{date} + hours{f.hour} + minutes{f.minute - f.zone_minutes} + seconds{f.second};
}

std::optional<int> digits(std::string_view text, std::size_t digits_max) {
  if (text.empty() || text.size() > digits_max) return std::nullopt;
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

/// Words between white space, commas and comments.
std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t depth = 0;
  for (std::size_t i = 0; i < text.size() && words.size() < kTokensMax;) {
    const char c = text[i];
    if (c == '(') ++depth;
    if (c == ')' && depth > 0) --depth;
    if (depth > 0 || c == ')' || is_in(c, kWsp | kControl) || c == ',') {
      ++i;
      continue;
    }
    const std::size_t end = std::min(text.find_first_of(std::string_view(" \t\r\n,()\0", 8), i), text.size());
    words.push_back(text.substr(i, end - i));
    i = end;
  }
  return words;
}

/// "10:00", "10:00:00.5", and "10.00.00" as some clocks have it.
bool read_time(std::string_view word, Fields& f) {
  const bool dots = word.find(':') == std::string_view::npos;
  const auto parts = split(word, dots ? '.' : ':');
  if (parts.size() < (dots ? 3 : 2) || parts.size() > 3) return false;
  const auto hour = digits(parts[0], 2);
  const auto minute = digits(parts[1], 2);
  const auto second = parts.size() == 3 ? digits(parts[2].substr(0, parts[2].find('.')), 2) : 0;
  if (!hour || !minute || !second) return false;
  f.hour = *hour;
  f.minute = *minute;
  f.second = *second;
  return true;
}

std::optional<int> month_of(std::string_view word) {
  for (std::size_t m = 0; m < kMonths.size(); ++m) {
    if (word.size() >= 3 && ascii_istarts_with(word, kMonths[m])) return static_cast<int>(m) + 1;
  }
  return std::nullopt;
}

/// "+0130", "+01:30", "-5" (hours).
std::optional<int> numeric_zone(std::string_view word) {
  if (word.size() < 2 || (word[0] != '+' && word[0] != '-')) return std::nullopt;
  std::string number;
  for (const char c : word.substr(1)) {
    if (c != ':') number += c;
  }
  const auto value = digits(number, 4);
  if (!value) return std::nullopt;
  const int minutes = number.size() <= 2 ? *value * 60 : *value / 100 * 60 + *value % 100;
  return word[0] == '-' ? -minutes : minutes;
}

void read_zone(std::string_view word, Fields& f) {
  if (const auto minutes = numeric_zone(word)) {
    f.zone_minutes = *minutes;
    return;
  }
  for (const auto& [name, minutes] : kZones) {
    if (ascii_iequals(name, word)) f.zone_minutes = minutes;
  }
}

/// RFC 5322 §4.3: 00-49 is this century, other short years count from 1900.
int full_year(int year, std::size_t width) {
  if (width >= 4) return year;
  return width == 2 && year < 50 ? year + 2000 : year + 1900;
}

/// "01-Mar-2026" written as one word becomes three, "09:00+0100" two.
std::vector<std::string_view> with_dashes_split(std::vector<std::string_view> words) {
  std::vector<std::string_view> out;
  for (const std::string_view word : words) {
    const auto parts = split(word, '-');
    if (parts.size() == 3 && month_of(parts[1])) {
      out.insert(out.end(), parts.begin(), parts.end());
    } else if (const std::size_t sign = word.find_first_of("+-");
               sign > 0 && word.substr(0, sign).find(':') < sign) {
      out.push_back(word.substr(0, sign));
      if (sign != std::string_view::npos) out.push_back(word.substr(sign));
    } else {
      out.push_back(word);
    }
  }
  return out;
}

std::optional<Fields> iso_date(std::string_view word) {
  if (word.size() != 10 || word[4] != '-' || word[7] != '-') return std::nullopt;
  const auto year = digits(word.substr(0, 4), 4);
  const auto month = digits(word.substr(5, 2), 2);
  const auto day = digits(word.substr(8, 2), 2);
  if (!year || !month || !day) return std::nullopt;
  return Fields{.year = *year, .month = *month, .day = *day};
}

std::optional<UnixSeconds> parse_iso(std::string_view text) {
  auto fields = iso_date(text.substr(0, 10));
  if (!fields) return std::nullopt;
  fields->hour = 0;
  if (text.size() == 10) return assembled(*fields);
  if (text[10] != 'T' && text[10] != 't' && text[10] != ' ') return std::nullopt;
  std::string_view rest = text.substr(11);
  const std::size_t zone = rest.find_first_of("Zz+- ");
  if (!read_time(rest.substr(0, zone), *fields)) return std::nullopt;
  if (zone != std::string_view::npos) {
    const std::string_view name = trim(rest.substr(zone));
    if (!ascii_iequals(name, "z") && !ascii_iequals(name, "utc") && !numeric_zone(name)) return std::nullopt;
    read_zone(name, *fields);
  }
  return assembled(*fields);
}

/// Whole or decimal Unix seconds; the fraction is cut.
std::optional<UnixSeconds> parse_epoch(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (dot != std::string_view::npos && !digits(text.substr(dot + 1, 9), 9)) return std::nullopt;
  const auto seconds = parse_int(text.substr(0, dot));
  if (!seconds || *seconds < 0 || *seconds > 253'402'300'799) return std::nullopt;
  return UnixSeconds{std::chrono::seconds{*seconds}};
}

std::string format_with(UnixSeconds at, std::string_view zone) {
  using namespace std::chrono;
  const sys_days day = floor<days>(at);
  const year_month_day date{day};
  const hh_mm_ss time{at - day};
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} {}", kDays[weekday{day}.c_encoding()],
                     static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()), time.hours().count(), time.minutes().count(),
                     time.seconds().count(), zone);
}

/// No month name anywhere: day, month, year, hours, minutes, seconds by place, as some programs write them.
std::optional<Fields> by_place(const std::vector<std::string_view>& words) {
  std::array<int, 7> numbers{-1, -1, -1, -1, 0, 0, 0};  // the last: a zone without a sign
  std::size_t count = 0;
  std::size_t year_width = 4;
  Fields f;
  for (const std::string_view word : words) {
    for (const std::string_view part : split(word, ':')) {
      const auto number = digits(part, 4);
      if (number && count < numbers.size()) {
        if (count == 2) year_width = part.size();
        numbers[count++] = *number;
      } else if (count >= 4) {
        read_zone(word, f);
      }
    }
  }
  if (count < 5) return std::nullopt;
  f.day = numbers[0], f.month = numbers[1], f.year = full_year(numbers[2], year_width);
  f.hour = numbers[3], f.minute = numbers[4], f.second = numbers[5];
  if (count == numbers.size()) f.zone_minutes = numbers[6] / 100 * 60 + numbers[6] % 100;
  return f;
}

}  // namespace

std::string format_date(UnixSeconds at) {
  return format_with(at, "+0000");
}
std::string format_date_gmt(UnixSeconds at) {
  return format_with(at, "GMT");
}

std::optional<UnixSeconds> parse_date(std::string_view text) {
  const auto words = with_dashes_split(words_of(text.substr(0, kDateBytesMax)));
  Fields f;
  bool year_seen = false;
  for (const std::string_view word : words) {
    const auto number = digits(word, 4);
    if (number && f.day < 0 && word.size() <= 2) {
      f.day = *number;
    } else if (number && !year_seen && f.month > 0 && word.size() >= 2 && (f.day >= 0 || word.size() == 4)) {
      f.year = full_year(*number, word.size());
      year_seen = true;
    } else if (f.month < 0 && month_of(word)) {
      f.month = *month_of(word);
    } else if (f.hour < 0 && read_time(word, f)) {
      continue;
    } else if (f.hour >= 0) {
      if (number && word.size() == 4 && year_seen) f.zone_minutes = *numeric_zone("+" + std::string(word));
      read_zone(word, f);
    }
  }
  if (f.month < 0) {
    const auto placed = by_place(words);
    return placed ? assembled(*placed) : std::nullopt;
  }
  return assembled(f);
}

std::optional<UnixSeconds> parse_api_date(std::string_view text) {
  text = trim(text);
  if (text.empty() || text.size() > kDateBytesMax) return std::nullopt;
  if (auto at = parse_epoch(text)) return at;
  if (auto at = parse_iso(text)) return at;
  return parse_date(text);
}

}  // namespace postroad::mail
