#include "app/log_condition.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/setting.h"
#include "base/text.h"
#include "ingress/http/event_query.h"

namespace postroad::app {
namespace {

using events::FilterField;

struct Field {
  std::string_view prefix;
  std::string_view parameter;  ///< Its name in the events API.
  std::vector<FilterField> where;
};

const std::vector<Field>& fields() {
  static const std::vector<Field> all{
      {"to:", "", {FilterField::kRecipient, FilterField::kTo}},
      {"from:", "from", {FilterField::kFrom}},
      {"subject:", "subject", {FilterField::kSubject}},
      {"tag:", "tags", {FilterField::kTags}},
      {"msgid:", "message-id", {FilterField::kMessageId}},
      {"event:", "event", {FilterField::kEvent}},
      {"", "", {FilterField::kRecipient, FilterField::kTo, FilterField::kFrom, FilterField::kSubject, FilterField::kMessageId,
                FilterField::kTags, FilterField::kEvent, FilterField::kSeverity, FilterField::kUserVariables}},
  };
  return all;
}

/// As one term of a filter expression, whatever is in it.
std::string quoted(std::string_view text) {
  std::string all = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') all += '\\';
    all += c;
  }
  return all + '"';
}

Result<std::int64_t> read_moment(std::string_view name, std::string_view text, WallTime now) {
  if (const std::optional<std::chrono::seconds> age = parse_duration(text)) return (now - *age).time_since_epoch().count();
  if (const Result<std::int64_t> moment = ingress::http::read_time(name, text)) return *moment;
  return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("{} {} is no date, and no age such as 2h", name, text));
}

/// The need that leaves least: of one term's words the longest.
std::optional<events::AnyOf> need_of(const events::FilterExpression& expression) {
  std::vector<events::AnyOf> needs = expression.needs();
  if (needs.empty()) return std::nullopt;
  return *std::ranges::max_element(needs, {}, [](const events::AnyOf& any) { return any.front().text.size(); });
}

}  // namespace

Result<LogCondition> LogCondition::parse(std::span<const std::string> terms, WallTime now) {
  LogCondition condition;
  if (terms.size() > kTermsMax) return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("more than {} terms", kTermsMax));
  for (const std::string& term : terms) RETURN_IF_ERROR(condition.add(term, now));
  return condition;
}

Result<void> LogCondition::add(std::string_view term, WallTime now) {
  for (const std::string_view name : {"after:", "before:"}) {
    if (!ascii_istarts_with(term, name)) continue;
    ASSIGN_OR_RETURN(const std::int64_t moment, read_moment(name, trim(term.substr(name.size())), now));
    if (name == "after:") {
      begin_ = std::max(begin_, moment);
    } else {
      end_ = std::min(end_, moment - 1);
    }
    return {};
  }
  const Field& field = *std::ranges::find_if(fields(), [term](const Field& one) { return ascii_istarts_with(term, one.prefix); });
  const std::string_view text = trim(term.substr(field.prefix.size()));
  if (text.empty()) return {};
  Term& made = terms_.emplace_back();
  for (const FilterField where : field.where) {
    ASSIGN_OR_RETURN(events::FilterExpression expression, events::FilterExpression::parse(where, quoted(text)));
    made.push_back(std::move(expression));
  }
  if (!field.parameter.empty()) parameters_.push_back({field.parameter, quoted(text)});
  return {};
}

std::vector<search::AnyKey> LogCondition::needs() const {
  std::vector<search::AnyKey> needs;
  for (const Term& term : terms_) {
    search::AnyKey keys{search::kOverflow};
    bool helps = true;
    for (const events::FilterExpression& expression : term) {
      const std::optional<events::AnyOf> any = need_of(expression);
      helps = helps && any.has_value();
      if (!any) break;
      for (const events::IndexText& text : *any) keys.push_back(search::key_of(text.field, text.text));
    }
    if (helps) needs.push_back(std::move(keys));
  }
  return needs;
}

bool LogCondition::matches(search::EventFields& event, const search::EventRow&) const {
  return std::ranges::all_of(terms_, [&event](const Term& term) {
    return std::ranges::any_of(term, [&event](const events::FilterExpression& one) { return one.matches(event.values(one.field())); });
  });
}

}  // namespace postroad::app
