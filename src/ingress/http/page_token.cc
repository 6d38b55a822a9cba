#include "ingress/http/page_token.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace postroad::ingress::http {
namespace {

constexpr std::string_view kWhere = "fnpl";
constexpr std::string_view kFormat = "2";  ///< Of the token; an unknown one is refused.
constexpr std::size_t kFixedParts = 7;
/// The filters in base64, with their names and lengths; still short enough for a request line.
constexpr std::size_t kTokenBytesMax = 2 * events::Filter::kBytesMax;

/// "name,length,text" again and again; false when it is anything else.
bool read_filters(std::string_view rest, events::Filter& filter) {
  if (rest.empty()) return false;
  while (!rest.empty()) {
    const std::vector<std::string_view> parts = split(rest, ',');
    const events::FilterName* const name = filter_named(parts[0]);
    const std::optional<std::int64_t> length = parts.size() > 2 ? parse_int(parts[1]) : std::nullopt;
    if (name == nullptr || !length || *length < 0) return false;
    rest.remove_prefix(parts[0].size() + parts[1].size() + 2);
    const auto bytes = static_cast<std::size_t>(*length);
    if (bytes >= rest.size() || rest[bytes] != ',' || !filter.add(*name, rest.substr(0, bytes))) return false;
    rest.remove_prefix(bytes + 1);
  }
  return true;
}

}  // namespace

const events::FilterName* filter_named(std::string_view parameter) {
  const std::string_view name = parameter.substr(0, parameter.find('['));
  const auto known = std::ranges::find(events::filter_names(), name, &events::FilterName::name);
  return known == events::filter_names().end() ? nullptr : &*known;
}

std::string PageToken::text() const {
  std::string plain = fmt::format("{},{},{},{},{},{},{}", kFormat, kWhere[static_cast<std::size_t>(where)],
                                  ascending ? 'a' : 'd', limit, begin, end, position);
  for (const events::Filter::Text& one : filter.texts()) plain += fmt::format(",{},{},{}", one.name, one.text.size(), one.text);
  if (!filter.empty()) plain += ',';
  return base64url_encode(plain);
}

std::optional<PageToken> PageToken::parse(std::string_view text) {
  if (text.size() > kTokenBytesMax) return std::nullopt;
  const std::optional<std::string> plain = base64url_decode(text);
  if (!plain) return std::nullopt;
  const std::vector<std::string_view> parts = split(*plain, ',');
  if (parts.size() < kFixedParts || parts[0] != kFormat || parts[1].size() != 1 || (parts[2] != "a" && parts[2] != "d")) return std::nullopt;
  const std::size_t where = kWhere.find(parts[1][0]);
  const auto limit = parse_int(parts[3]), begin = parse_int(parts[4]), end = parse_int(parts[5]), position = parse_int(parts[6]);
  if (where == std::string_view::npos || !limit || *limit < 1 || *limit > kLimitMax || !begin || !end || !position) {
    return std::nullopt;
  }
  PageToken token{static_cast<Where>(where), parts[2] == "a", static_cast<int>(*limit), *begin, *end, *position, {}};
  if (parts.size() == kFixedParts) return token;
  const std::size_t fixed_bytes = static_cast<std::size_t>(parts[kFixedParts - 1].end() - plain->data()) + 1;
  if (!read_filters(std::string_view(*plain).substr(fixed_bytes), token.filter)) return std::nullopt;
  return token;
}

search::Query PageToken::query(std::vector<DomainId> domains) const {
  search::Query query{.domains = std::move(domains), .begin = begin, .end = end, .ascending = ascending != reversed()};
  query.limit = static_cast<std::size_t>(limit);
  if (where == Where::kNext || where == Where::kPrevious) (query.ascending ? query.after : query.before) = position;
  return query;
}

PageToken PageToken::at(Where there, std::int64_t sequence) const {
  PageToken token = *this;
  token.where = there;
  token.position = sequence;
  return token;
}

// Where there is nothing at all, everything that comes lies after 0: behind `next` ascending, before `previous` descending. An
// empty page after (or before) `position` has the same place on its other side, that place's own event included.

PageToken PageToken::next_of(const std::vector<search::EventRow>& page) const {
  if (!page.empty()) return at(Where::kNext, page.back().sequence);
  if (where == Where::kNext) return *this;
  if (where != Where::kPrevious) return at(Where::kNext, 0);
  return at(Where::kNext, ascending ? std::max(position, INT64_MIN + 1) - 1 : std::min(position, INT64_MAX - 1) + 1);
}

PageToken PageToken::previous_of(const std::vector<search::EventRow>& page) const {
  if (!page.empty()) return at(Where::kPrevious, page.front().sequence);
  if (where == Where::kPrevious) return *this;
  if (where != Where::kNext) return at(Where::kPrevious, 0);
  return at(Where::kPrevious, ascending ? std::min(position, INT64_MAX - 1) + 1 : std::max(position, INT64_MIN + 1) - 1);
}

}  // namespace postroad::ingress::http
