#include "delivery/simulator_address.h"

#include <fmt/format.h>

#include <array>

#include "base/text.h"

namespace postroad::delivery {
namespace {

using mail::EnhancedCode;
using mail::smtp::make_reply;
using Kind = SimulatedFate::Kind;
using Stage = SimulatedFate::Stage;

constexpr std::string_view kDelayPrefix = "after";

/// What a word says; `staged`: a prefix may move it to another command.
struct Word {
  std::string_view word;
  bool staged;
  Kind kind;
  int code;
  EnhancedCode enhanced;
  std::string_view text;
  bool only_first = false;
  std::string_view unbuilt = {};
};

constexpr std::array kWords{
    Word{"deliver", true, Kind::kReply, 250, {2, 0, 0}, "Ok: queued"},
    Word{"bounce", true, Kind::kReply, 550, {5, 1, 1}, "The email account that you tried to reach does not exist"},
    Word{"softbounce", true, Kind::kReply, 451, {4, 3, 0}, "Mail server temporarily rejected message", true},
    Word{"full", true, Kind::kReply, 452, {4, 2, 2}, "The recipient's inbox is out of storage space"},
    Word{"blocked", true, Kind::kReply, 550, {5, 7, 1}, "Message rejected due to the reputation of the sender"},
    Word{"greylist", true, Kind::kReply, 451, {4, 7, 1}, "Greylisted, please try again later", true},
    Word{"timeout", true, Kind::kTimeout, 0, {}, ""},
    Word{"tlsfail", false, Kind::kTlsFailure, 0, {}, ""},
    Word{"nxdomain", false, Kind::kNoDomain, 0, {}, ""},
    Word{"complain", false, Kind::kReply, 250, {2, 0, 0}, "Ok: queued", false, "a complaint report"},
    Word{"unsubscribe", false, Kind::kReply, 250, {2, 0, 0}, "Ok: queued", false, "an unsubscription"},
    Word{"open", false, Kind::kReply, 250, {2, 0, 0}, "Ok: queued", false, "an open"},
    Word{"click", false, Kind::kReply, 250, {2, 0, 0}, "Ok: queued", false, "a click"},
    Word{"ooo", false, Kind::kReply, 250, {2, 0, 0}, "Ok: queued", false, "an automatic reply"},
};

/// Codes that mean something of their own (RFC 5321 §4.2.3, RFC 3463); any other gets x.0.0.
struct CodeText {
  int code;
  EnhancedCode enhanced;
  std::string_view text;
};
constexpr std::array kCodes{
    CodeText{421, {4, 3, 2}, "Service not available, closing transmission channel"},
    CodeText{450, {4, 2, 0}, "Mailbox unavailable"},
    CodeText{451, {4, 3, 0}, "Local error in processing"},
    CodeText{452, {4, 3, 1}, "Insufficient system storage"},
    CodeText{550, {5, 1, 1}, "User unknown"},
    CodeText{551, {5, 1, 6}, "User not local"},
    CodeText{552, {5, 2, 2}, "Exceeded storage allocation"},
    CodeText{553, {5, 1, 3}, "Mailbox name not allowed"},
    CodeText{554, {5, 0, 0}, "Transaction failed"},
};

std::optional<Stage> take_stage(std::string_view& text) {
  constexpr std::array<std::pair<std::string_view, Stage>, 3> kStages{
      {{"mail-", Stage::kMail}, {"rcpt-", Stage::kRcpt}, {"data-", Stage::kData}}};
  for (const auto& [prefix, stage] : kStages) {
    if (!text.starts_with(prefix)) continue;
    text.remove_prefix(prefix.size());
    return stage;
  }
  return std::nullopt;
}

std::optional<SimulatedFate> fate_of_code(std::string_view word) {
  if (word.size() != 3 || (word[0] != '4' && word[0] != '5')) return std::nullopt;
  const std::optional<std::int64_t> code = parse_int(word);
  if (!code) return std::nullopt;
  SimulatedFate fate;
  const auto status = static_cast<std::uint16_t>(*code / 100);
  fate.reply = make_reply(static_cast<int>(*code), EnhancedCode{status, 0, 0}, "Simulated reply");
  for (const CodeText& known : kCodes) {
    if (known.code == *code) fate.reply = make_reply(known.code, known.enhanced, std::string(known.text));
  }
  return fate;
}

std::optional<SimulatedFate> fate_of_word(std::string_view word, bool staged) {
  for (const Word& known : kWords) {
    if (known.word != word) continue;
    if (staged && !known.staged) return std::nullopt;
    SimulatedFate fate{.kind = known.kind, .reply = {}, .only_first = known.only_first, .unbuilt = known.unbuilt};
    if (known.kind == Kind::kReply) fate.reply = make_reply(known.code, known.enhanced, std::string(known.text));
    return fate;
  }
  return fate_of_code(word);
}

std::chrono::seconds delay_of(std::string_view label) {
  if (!label.starts_with(kDelayPrefix) || !label.ends_with('s')) return {};
  label.remove_prefix(kDelayPrefix.size());
  label.remove_suffix(1);
  const std::optional<std::int64_t> seconds = parse_int(label);
  if (!seconds || *seconds < 0 || *seconds > kSimulatedDelayMax.count()) return {};
  return std::chrono::seconds{*seconds};
}

}  // namespace

std::optional<SimulatedFate> parse_simulator_address(std::string_view local_part) {
  const std::string lower = ascii_lower(local_part);
  const std::vector<std::string_view> parts = split(lower, '+');
  std::string_view word = parts.front();
  const std::optional<Stage> stage = take_stage(word);
  std::optional<SimulatedFate> fate = fate_of_word(word, stage.has_value());
  if (!fate) return std::nullopt;
  if (stage) fate->stage = *stage;
  for (std::size_t i = 1; i < parts.size(); ++i) fate->after = std::max(fate->after, delay_of(parts[i]));
  return fate;
}

}  // namespace postroad::delivery
