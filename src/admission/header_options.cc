#include "admission/header_options.h"

#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>

#include "base/text.h"

namespace postroad::admission {
namespace {

constexpr std::string_view kOptionPrefix = "X-Mailgun-";
constexpr std::size_t kVariablesDepthMax = 32;

/// Fields that we or other servers write, and that ask for nothing.
constexpr std::array<std::string_view, 4> kNotOptions = {"X-Mailgun-Sid", "X-Mailgun-Sending-Ip", "X-Mailgun-Incoming",
                                                         "X-Mailgun-Batch-Id"};

Result<void> read_variables(const std::string& text, SendOptions& options) {
  boost::json::error_code error;
  boost::json::parse_options limits;
  limits.max_depth = kVariablesDepthMax;
  const boost::json::value parsed = boost::json::parse(text, error, {}, limits);
  if (error || !parsed.is_object()) {
    return fail_permanent(ErrorCode::kInvalidArgument, "X-Mailgun-Variables is not a JSON object");
  }
  for (const auto& [name, value] : parsed.get_object()) {
    std::string shown = value.is_string() ? std::string(value.get_string()) : boost::json::serialize(value);
    options.variables.emplace_back(name, std::move(shown));
  }
  return {};
}

Result<bool> read_switch(const mail::HeaderField& field, const std::string& value) {
  const auto on = parse_switch(value);
  if (!on) {
    return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("{}: '{}' is neither yes nor no", field.name, value));
  }
  return *on;
}

Result<void> read_one(const mail::HeaderField& field, SendOptions& options) {
  const std::string value = mail::unfold(field.value);
  const auto is = [&field](std::string_view name) { return ascii_iequals(field.name, name); };
  if (is("X-Mailgun-Tag")) {
    options.tags.push_back(value);
    return {};
  }
  if (is("X-Mailgun-Variables")) return read_variables(value, options);
  if (is("X-Mailgun-Dkim")) {
    ASSIGN_OR_RETURN(options.sign_dkim, read_switch(field, value));
    return {};
  }
  if (is("X-Mailgun-Drop-Message")) {
    ASSIGN_OR_RETURN(options.test_mode, read_switch(field, value));
    return {};
  }
  for (const std::string_view name : kNotOptions) {
    if (is(name)) return {};
  }
  if (value.empty() || parse_switch(value) == false) return {};
  return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("{} is not supported yet", field.name));
}

}  // namespace

std::optional<bool> parse_switch(std::string_view text) {
  const std::string word = ascii_lower(trim(text));
  for (const std::string_view yes : {"yes", "true", "1", "on"}) {
    if (word == yes) return true;
  }
  for (const std::string_view no : {"no", "false", "0", "off"}) {
    if (word == no) return false;
  }
  return std::nullopt;
}

Result<void> read_header_options(const mail::HeaderBlock& header, SendOptions& options) {
  for (const mail::HeaderField& field : header.fields()) {
    if (ascii_istarts_with(field.name, kOptionPrefix)) RETURN_IF_ERROR(read_one(field, options));
  }
  return {};
}

}  // namespace postroad::admission
