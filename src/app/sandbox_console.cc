#include "app/sandbox_console.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdio>

#include "app/output.h"
#include "delivery/simulator_address.h"

namespace postroad::app {
namespace {

constexpr std::size_t kLinesMax = 20;  ///< for one message; the rest is counted

/// A copy of a batch has its own headers.
std::string subject_of(const spool::DueRecipient& due) {
  const std::string& copy = due.recipient.facts_message;
  boost::json::error_code error;
  const boost::json::value facts = boost::json::parse("{" + (copy.empty() ? due.message->facts_message : copy) + "}", error);
  if (error) return {};
  std::string subject(facts.as_object().at("headers").as_object().at("subject").get_string());
  for (char& c : subject) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return subject;
}

std::string_view local_part(const spool::Recipient& recipient) {
  return std::string_view(recipient.address).substr(0, recipient.address.rfind('@'));
}

std::string size_text(std::int64_t bytes) {
  return bytes < 1000 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} kB", static_cast<double>(bytes) / 1000);
}

}  // namespace

void SandboxConsole::became_due(std::vector<spool::DueRecipient> recipients) {
  if (output_style().quiet) return next_.became_due(std::move(recipients));
  std::size_t lines = 0;
  for (const spool::DueRecipient& due : recipients) {
    if (++lines > kLinesMax) break;
    const auto seconds = std::chrono::time_point_cast<std::chrono::seconds>(due.message->accepted);
    const bool simulated = delivery::parse_simulator_address(local_part(due.recipient)).has_value();
    fmt::print("{:%H:%M:%S} accepted  {}  \"{}\"  {}  {}  → {}\n", fmt::gmtime(seconds.time_since_epoch().count()),
               due.recipient.address, subject_of(due), size_text(due.message->bytes),
               due.message->method == "http" ? "api" : "smtp", simulated ? "simulated" : "captured");
  }
  if (recipients.size() > kLinesMax) fmt::print("         and {} more recipients\n", recipients.size() - kLinesMax);
  std::fflush(stdout);
  next_.became_due(std::move(recipients));
}

}  // namespace postroad::app
