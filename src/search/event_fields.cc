#include "search/event_fields.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace postroad::search {
namespace {

/// A text as it is, anything else as its JSON.
std::string shown(const boost::json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : boost::json::serialize(value);
}

}  // namespace

void EventFields::set(std::string_view body) {
  text_ = body;
  body_.reset();
}

const boost::json::value* EventFields::find(std::initializer_list<std::string_view> path) {
  if (!body_) {
    memory_.emplace(buffer_.data(), buffer_.size());
    boost::json::error_code error;
    body_.emplace(boost::json::parse(text_, error, boost::json::storage_ptr(&*memory_)));
  }
  const boost::json::value* at = &*body_;
  for (const std::string_view name : path) {
    if (at == nullptr || !at->is_object()) return nullptr;
    at = at->get_object().if_contains(name);
  }
  return at;
}

std::string_view EventFields::text(std::initializer_list<std::string_view> path) {
  const boost::json::value* found = find(path);
  return found != nullptr && found->is_string() ? std::string_view(found->get_string()) : std::string_view();
}

std::span<const std::string> EventFields::values(events::FilterField field) {
  using enum events::FilterField;
  values_.clear();
  switch (field) {
    case kEvent: add_text({"event"}); break;
    case kList: add_text({"mailing-list", "address"}); break;
    case kAttachment: add_each({"message", "attachments"}, "filename"); break;
    case kFrom: add_text({"message", "headers", "from"}); break;
    case kTo: add_text({"message", "headers", "to"}); break;
    case kSubject: add_text({"message", "headers", "subject"}); break;
    case kMessageId: add_text({"message", "headers", "message-id"}); break;
    case kSize: add_text({"message", "size"}); break;
    case kRecipients: add_each({"message", "recipients"}, ""); [[fallthrough]];
    case kRecipient: add_text({"recipient"}); break;
    case kTags: add_each({"tags"}, ""); break;
    case kSeverity: add_text({"severity"}); break;
    case kUserVariables: add_user_variables(); break;
    case kCampaign: add_each({"campaigns"}, "id"); break;
  }
  return values_;
}

void EventFields::add_text(std::initializer_list<std::string_view> path) {
  if (const boost::json::value* found = find(path)) values_.push_back(shown(*found));
}

/// Of every element of a list its `member`, or the element itself.
void EventFields::add_each(std::initializer_list<std::string_view> path, std::string_view member) {
  const boost::json::value* found = find(path);
  if (found == nullptr || !found->is_array()) return;
  for (const boost::json::value& element : found->get_array()) {
    const boost::json::value* value = &element;
    if (!member.empty()) value = element.is_object() ? element.get_object().if_contains(member) : nullptr;
    if (value != nullptr) values_.push_back(shown(*value));
  }
}

void EventFields::add_user_variables() {
  const boost::json::value* found = find({"user-variables"});
  if (found == nullptr || !found->is_object()) return;
  for (const auto& [name, value] : found->get_object()) values_.push_back(std::string(name) + " " + shown(value));
}

}  // namespace postroad::search
