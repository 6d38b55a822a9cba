#include <boost/json.hpp>

#include "mail/bounce.h"
#include "mail/filter/filter.h"

namespace postroad::mail::filter {
namespace {

namespace json = boost::json;

json::object described(const BouncedRecipient& recipient) {
  json::object out{{"address", recipient.address},
                   {"action", recipient.action},
                   {"status_class", recipient.status_class},
                   {"permanent", recipient.permanent()}};
  if (!recipient.original_address.empty()) out["original_address"] = recipient.original_address;
  if (recipient.status) out["status"] = recipient.status->text();
  if (recipient.reply_code) out["reply_code"] = *recipient.reply_code;
  if (const auto name = name_of(recipient.reason); !name.empty()) out["category"] = name;
  if (!recipient.diagnostic.empty()) out["diagnostic"] = recipient.diagnostic;
  return out;
}

}  // namespace

Result<std::string> filter_bounce_classify(std::span<const std::string>, std::string_view input) {
  const MimeMessage message = parse_mime(input);
  const BounceReport report = classify_bounce(message);
  json::array recipients;
  for (const BouncedRecipient& recipient : report.recipients) recipients.push_back(described(recipient));
  json::object out{
      {"bounce", report.bounce}, {"auto_reply", report.auto_reply}, {"recipients", std::move(recipients)}};
  if (!report.original_message_id.empty()) out["original_message_id"] = report.original_message_id;
  return json::serialize(out);
}

}  // namespace postroad::mail::filter
