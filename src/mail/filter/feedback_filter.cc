#include <algorithm>
#include <boost/json.hpp>

#include "mail/feedback_report.h"
#include "mail/filter/filter.h"

namespace postroad::mail::filter {
namespace {

namespace json = boost::json;

json::array list(const std::vector<std::string>& values) {
  json::array out;
  for (const std::string& value : values) out.push_back(json::string(value));
  return out;
}

}  // namespace

Result<std::string> filter_arf_parse(std::span<const std::string>, std::string_view input) {
  const MimeMessage message = parse_mime(input);
  const auto report = read_feedback_report(message);
  if (!report) return json::serialize(json::object{{"feedback_type", nullptr}});
  json::object out{{"feedback_type", report->feedback_type}, {"incidents", report->incidents}};
  const std::pair<const char*, const std::string&> fields[] = {
      {"user_agent", report->user_agent},
      {"version", report->version},
      {"source_ip", report->source_ip},
      {"reporting_mta", report->reporting_mta},
      {"arrival_date", report->arrival_date},
      {"original_mail_from", report->original_mail_from},
      {"auth_failure", report->auth_failure},
      {"delivery_result", report->delivery_result},
      {"original_envelope_id", report->original_envelope_id},
      {"original_message_id", report->original_message_id}};
  for (const auto& [key, value] : fields) {
    if (!value.empty()) out[key] = value;
  }
  out["count"] = std::max<std::size_t>(1, report->original_rcpt_to.size());
  out["original_rcpt_to"] = list(report->original_rcpt_to);
  out["reported_domain"] = list(report->reported_domain);
  out["reported_uri"] = list(report->reported_uri);
  out["authentication_results"] = list(report->authentication_results);
  return json::serialize(out);
}

}  // namespace postroad::mail::filter
