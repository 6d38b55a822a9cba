#include "queue/taken_file.h"

#include <fmt/format.h>

#include <cstring>

#include "base/log.h"
#include "base/text.h"
#include "storage/segment_format.h"

namespace postroad::queue {
namespace {

/// docs/formats/taken.md. The text follows: fields with a NUL after each, the peer's words last and cut where they do not fit.
struct Header {
  std::int64_t message;
  std::int64_t recipient;
  std::uint32_t text_bytes;
  std::uint32_t checksum;  ///< CRC-32C of all before it, the text, and the boot id.
};
static_assert(sizeof(Header) == TakenFile::kPlaceBytes - TakenFile::kTextBytesMax);
constexpr std::size_t kCheckedBytes = offsetof(Header, checksum);
constexpr std::size_t kFields = 9;
constexpr std::string_view kNoTranscript = "* the server ended before the conversation was kept\n";

std::uint32_t checksum_of(const Header& header, std::string_view text, std::string_view boot_id) {
  std::string checked(reinterpret_cast<const char*>(&header), kCheckedBytes);
  return storage::crc32c(checked.append(text).append(boot_id));
}

std::string text_of(const Outcome& outcome) {
  const events::DeliveryStatus& status = outcome.status;
  std::string text;
  const auto add = [&text](std::string_view field) {
    text += field;
    text += '\0';
  };
  add(fmt::format("{}", status.code));
  add(status.enhanced_code);
  add(fmt::format("{:.3f}", status.session_seconds));
  add(status.mx_host);
  add(!status.tls ? "-" : *status.tls ? "1" : "0");
  add(status.certificate_verified ? "1" : "0");
  add(status.utf8 ? "1" : "0");
  add(outcome.sending_ip);
  add(outcome.dkim_domain);
  return text;
}

std::optional<Outcome> outcome_in(std::string_view text) {
  std::vector<std::string_view> fields;
  while (fields.size() < kFields) {
    const std::size_t end = text.find('\0');
    if (end == std::string_view::npos) return std::nullopt;
    fields.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  Outcome outcome;
  outcome.kind = Outcome::Kind::kDelivered;
  events::DeliveryStatus& status = outcome.status;
  status.code = static_cast<int>(parse_int(fields[0]).value_or(0));
  status.enhanced_code = fields[1];
  status.session_seconds = std::strtod(std::string(fields[2]).c_str(), nullptr);
  status.mx_host = fields[3];
  if (fields[4] != "-") status.tls = fields[4] == "1";
  status.certificate_verified = fields[5] == "1";
  status.utf8 = fields[6] == "1";
  outcome.sending_ip = fields[7];
  outcome.dkim_domain = fields[8];
  status.message = text;
  outcome.transcript = kNoTranscript;
  return outcome;
}

/// Whole characters only.
std::string_view cut(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  text = text.substr(0, bytes_max);
  while (!text.empty() && !is_valid_utf8(text)) text.remove_suffix(1);
  return text;
}

}  // namespace

Result<std::unique_ptr<TakenFile>> TakenFile::open(storage::Disk& disk, const std::string& path, std::size_t places_max,
                                                   std::string boot_id) {
  ASSIGN_OR_RETURN(std::unique_ptr<storage::File> file, disk.open(path, storage::Disk::Open::kCreate));
  std::unique_ptr<TakenFile> taken(new TakenFile(std::move(file), std::move(boot_id)));
  RETURN_IF_ERROR(taken->read(places_max));
  return taken;
}

/// What does not verify was written before the machine started anew, or was never used.
Result<void> TakenFile::read(std::size_t places_max) {
  if (boot_id_.empty()) return {};
  ASSIGN_OR_RETURN(const std::uint64_t size, file_->size());
  std::string bytes(std::min<std::uint64_t>(size, places_max * kPlaceBytes), '\0');
  ASSIGN_OR_RETURN(const std::size_t got, file_->pread(bytes, 0));
  for (std::size_t at = 0; at + sizeof(Header) <= got; at += kPlaceBytes) {
    Header header;
    std::memcpy(&header, bytes.data() + at, sizeof header);
    if (header.text_bytes > kTextBytesMax || at + sizeof header + header.text_bytes > got) continue;
    const std::string_view text(bytes.data() + at + sizeof header, header.text_bytes);
    if (header.checksum != checksum_of(header, text, boot_id_)) continue;
    std::optional<Outcome> outcome = outcome_in(text);
    if (!outcome) continue;
    outcome->recipient = RecipientId{header.recipient};
    left_.push_back({MessageId{header.message}, RecipientId{header.recipient}, *std::move(outcome)});
  }
  return {};
}

void TakenFile::clear() {
  left_.clear();
  const Result<void> done = file_->truncate(0);
  if (!done) log::error("deliveries_not_noted", {{"error", done.error().detail}});
}

void TakenFile::close() {
  closed_ = true;
  clear();
}

void TakenFile::note(std::size_t place, MessageId message, const Outcome& outcome) {
  if (outcome.kind != Outcome::Kind::kDelivered || boot_id_.empty() || closed_) return;
  std::string text = text_of(outcome);
  if (text.size() > kTextBytesMax) return;
  text += cut(outcome.status.message, kTextBytesMax - text.size());
  Header header{.message = message.value, .recipient = outcome.recipient.value,
                .text_bytes = static_cast<std::uint32_t>(text.size()), .checksum = 0};
  header.checksum = checksum_of(header, text, boot_id_);
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  bytes += text;
  const Result<void> done = file_->pwrite(bytes, place * kPlaceBytes);
  if (!done && !failed_.exchange(true)) log::error("deliveries_not_noted", {{"error", done.error().detail}});
}

}  // namespace postroad::queue
