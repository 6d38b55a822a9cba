#pragma once
#include <compare>
#include <cstdint>
#include <functional>

namespace postroad {

/// A number that names one kind of thing; ids of two kinds do not mix.
template <class Tag, class Rep = std::int64_t>
struct Id {
  Rep value{};
  friend constexpr auto operator<=>(const Id&, const Id&) = default;
};

using MessageId = Id<struct MessageIdTag>;
using RecipientId = Id<struct RecipientIdTag>;
using DomainId = Id<struct DomainIdTag>;
using ApiKeyId = Id<struct ApiKeyIdTag>;

}  // namespace postroad

template <class Tag, class Rep>
struct std::hash<postroad::Id<Tag, Rep>> {
  std::size_t operator()(postroad::Id<Tag, Rep> id) const noexcept { return std::hash<Rep>{}(id.value); }
};
