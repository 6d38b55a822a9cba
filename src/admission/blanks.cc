#include "admission/blanks.h"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>

#include "admission/json_text.h"
#include "admission/options.h"
#include "base/text.h"
#include "mail/characters.h"

namespace postroad::admission {
namespace {

constexpr std::string_view kVariablePrefix = "recipient.";
constexpr std::array<std::string_view, 10> kBuiltIn = {
    "recipient", "recipient_email", "recipient_name", "recipient_fname", "recipient_lname", "unsubscribe_url",
    "tag_unsubscribe_url", "mailing_list_unsubscribe_url", "unsubscribe_email", "tag_unsubscribe_email"};

bool is_blank(std::string_view name) {
  if (name.size() > kBlankBytesMax) return false;
  if (name.starts_with(kVariablePrefix)) {
    return name.size() > kVariablePrefix.size() &&
           std::ranges::none_of(name, [](char c) { return mail::is_in(c, mail::kControl); });
  }
  return std::ranges::find(kBuiltIn, name) != kBuiltIn.end();
}

/// Calls `text_part` and `blank` for what `text` is made of, in order.
template <class TextPart, class Blank>
void scan(std::string_view text, TextPart text_part, Blank blank) {
  std::size_t from = 0;
  for (std::size_t open = text.find('%'); open != std::string_view::npos;) {
    const std::size_t close = text.find('%', open + 1);
    if (close == std::string_view::npos) break;
    const std::string_view name = text.substr(open + 1, close - open - 1);
    if (!is_blank(name)) {
      open = close;
      continue;
    }
    text_part(text.substr(from, open - from));
    blank(name);
    from = close + 1;
    open = text.find('%', from);
  }
  text_part(text.substr(from));
}

/// The name as people give it; the local part when there is none would be a guess, so nothing.
std::string_view first_name(std::string_view name) { return name.substr(0, name.find(' ')); }
std::string_view last_name(std::string_view name) {
  const std::size_t space = name.rfind(' ');
  return space == std::string_view::npos ? std::string_view() : name.substr(space + 1);
}

}  // namespace

std::size_t count_blanks(std::string_view text) {
  std::size_t count = 0;
  scan(text, [](std::string_view) {}, [&count](std::string_view) { ++count; });
  return count;
}

Blanks::Blanks(mail::Mailbox recipient, std::string_view variables, std::string unsubscribe)
    : recipient_(std::move(recipient)), unsubscribe_(std::move(unsubscribe)) {
  if (variables.empty()) return;
  boost::json::error_code error;
  boost::json::parse_options limits;
  limits.max_depth = kVariablesDepthMax;
  boost::json::value parsed = boost::json::parse(variables, error, {}, limits);
  if (!error && parsed.is_object()) variables_ = std::move(parsed.get_object());
}

std::string Blanks::fill(std::string_view text) const {
  std::string filled;
  filled.reserve(text.size() + text.size() / 8);
  scan(text, [&filled](std::string_view part) { filled += part; },
       [this, &filled](std::string_view blank) { filled += value_of(blank); });
  return filled;
}

std::string Blanks::value_of(std::string_view blank) const {
  if (blank.starts_with(kVariablePrefix)) return variable(blank.substr(kVariablePrefix.size()));
  if (blank == "recipient") {
    const std::string address = mail::address_text(recipient_);
    return recipient_.display_name.empty() ? address : recipient_.display_name + " <" + address + ">";
  }
  if (blank == "recipient_email") return mail::address_text(recipient_);
  if (blank == "recipient_name") return recipient_.display_name;
  if (blank == "recipient_fname") return std::string(first_name(recipient_.display_name));
  if (blank == "recipient_lname") return std::string(last_name(recipient_.display_name));
  if (blank.ends_with("unsubscribe_email")) return unsubscribe_;
  return {};
}

/// The key as it stands, else step by step at its dots.
std::string Blanks::variable(std::string_view key) const {
  if (const boost::json::value* found = variables_.if_contains(key)) return json_text(*found);
  const boost::json::object* object = &variables_;
  const std::vector<std::string_view> steps = split(key, '.');
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const boost::json::value* found = object->if_contains(steps[i]);
    if (found == nullptr) return {};
    if (i + 1 == steps.size()) return json_text(*found);
    if (!found->is_object()) return {};
    object = &found->get_object();
  }
  return {};
}

}  // namespace postroad::admission
