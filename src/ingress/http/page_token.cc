#include "ingress/http/page_token.h"

#include <fmt/format.h>

#include "base/text.h"

namespace postroad::ingress::http {
namespace {

constexpr std::string_view kWhere = "fnpl";
constexpr std::string_view kFormat = "1";  ///< Of the token; an unknown one is refused.
constexpr int kLimitMax = 300;
constexpr std::size_t kTokenBytesMax = 256;

}  // namespace

std::string PageToken::text() const {
  return base64url_encode(fmt::format("{},{},{},{},{},{},{}", kFormat, kWhere[static_cast<std::size_t>(where)],
                                      ascending ? 'a' : 'd', limit, begin, end, position));
}

std::optional<PageToken> PageToken::parse(std::string_view text) {
  if (text.size() > kTokenBytesMax) return std::nullopt;
  const std::optional<std::string> plain = base64url_decode(text);
  if (!plain) return std::nullopt;
  const std::vector<std::string_view> parts = split(*plain, ',');
  if (parts.size() != 7 || parts[0] != kFormat || parts[1].size() != 1 || (parts[2] != "a" && parts[2] != "d")) return std::nullopt;
  const std::size_t where = kWhere.find(parts[1][0]);
  const auto limit = parse_int(parts[3]), begin = parse_int(parts[4]), end = parse_int(parts[5]), position = parse_int(parts[6]);
  if (where == std::string_view::npos || !limit || *limit < 1 || *limit > kLimitMax || !begin || !end || !position) {
    return std::nullopt;
  }
  return PageToken{static_cast<Where>(where), parts[2] == "a", static_cast<int>(*limit), *begin, *end, *position};
}

events::PageQuery PageToken::query(DomainId domain) const {
  events::PageQuery query{.domain = domain, .begin = begin, .end = end, .ascending = ascending != reversed(), .limit = limit};
  if (where == Where::kNext || where == Where::kPrevious) (query.ascending ? query.after : query.before) = position;
  return query;
}

}  // namespace postroad::ingress::http
