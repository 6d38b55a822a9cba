#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace postroad::mail {

using UnixSeconds = std::chrono::sys_seconds;

/// `Sun, 01 Mar 2026 09:00:00 +0000`: the Date field of our messages (RFC 5322 §3.3).
std::string format_date(UnixSeconds at);
/// `Sun, 01 Mar 2026 09:00:00 GMT`: dates in API answers; two-digit day, English names (contract/errors.md
/// §4).
std::string format_date_gmt(UnixSeconds at);
/// RFC 5322 §3.3 and §4.3 (one or two digit day, optional weekday and seconds, numeric or named zone,
/// comments, years of two or three digits, single-digit times), also asctime order. A zone it does not know,
/// and none, count as +0000. Nullopt when day, month, year or time is missing or impossible. Years 1900-9999.
std::optional<UnixSeconds> parse_date(std::string_view text);
/// What the API takes (contract/errors.md §4): `parse_date`, ISO 8601 (`2026-03-01T09:00:00Z`, `+01:00`, a
/// space for T, fractions, date alone), and Unix seconds as a whole or decimal number.
std::optional<UnixSeconds> parse_api_date(std::string_view text);

}  // namespace postroad::mail
