#include "mail/smtp/reply_parser.h"

#include <fmt/format.h>

#include <cstring>

#include "base/assert.h"
#include "mail/characters.h"

namespace postroad::mail::smtp {
namespace {

auto malformed(std::string_view line, std::string_view why) {
  std::string shown;
  for (const char c : line.substr(0, 80)) shown += is_in(c, kControl | kText8) ? '?' : c;
  return fail_transient(ErrorCode::kRejected, fmt::format("peer's reply \"{}\": {}", shown, why));
}

std::optional<int> code_of(std::string_view line) {
  if (line.size() < 3 || line[0] < '2' || line[0] > '5') return std::nullopt;
  for (const char c : line.substr(1, 2)) {
    if (c < '0' || c > '9') return std::nullopt;
  }
  return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

}  // namespace

Result<std::size_t> ReplyParser::consume(std::span<const char> bytes) {
  PR_ASSERT(!reply_);
  std::size_t at = 0;
  while (at < bytes.size() && !reply_) {
    const char* from = bytes.data() + at;
    const auto* newline = static_cast<const char*>(std::memchr(from, '\n', bytes.size() - at));
    const std::size_t length =
        newline == nullptr ? bytes.size() - at : static_cast<std::size_t>(newline - from) + 1;
    total_ += length;
    if (total_ > kReplyBytesMax || line_.size() + length > kReplyLineBytesMax)
      return malformed(line_, "too long");
    line_.append(from, length);
    at += length;
    if (newline == nullptr) break;
    std::string_view whole = line_;
    whole.remove_suffix(1);
    if (whole.ends_with('\r')) whole.remove_suffix(1);
    RETURN_IF_ERROR(line(whole));
    line_.clear();
  }
  return at;
}

Result<void> ReplyParser::line(std::string_view line) {
  const auto code = code_of(line);
  if (!code) return malformed(line, "does not begin with a reply code");
  if (line.size() > 3 && line[3] != ' ' && line[3] != '-') return malformed(line, "no space after the code");
  if (partial_.code != 0 && partial_.code != *code)
    return malformed(line, "the code changes between its lines");
  partial_.code = *code;
  std::string_view text = line.size() > 4 ? line.substr(4) : std::string_view{};
  if (const auto enhanced = parse_enhanced_code(text); enhanced && enhanced->status == *code / 100) {
    if (!partial_.enhanced) partial_.enhanced = enhanced;
    text.remove_prefix(std::min(text.find(' '), text.size()));
    while (text.starts_with(' ')) text.remove_prefix(1);
  }
  std::string clean;
  for (const char c : text) clean += is_in(c, kControl) ? ' ' : c;
  partial_.lines.push_back(std::move(clean));
  if (line.size() == 3 || line[3] == ' ') reply_ = std::move(partial_);
  return {};
}

std::optional<Reply> ReplyParser::take() {
  if (!reply_) return std::nullopt;  // What has come so far of the next one stays.
  std::optional<Reply> out = std::move(reply_);
  reset();
  return out;
}

void ReplyParser::reset() {
  line_.clear();
  total_ = 0;
  partial_ = {};
  reply_.reset();
}

}  // namespace postroad::mail::smtp
