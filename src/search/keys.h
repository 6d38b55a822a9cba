#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "events/filter.h"
#include "search/event_fields.h"

namespace postroad::search {

/// Stands for a field and a text in an index. Two texts may share a key: what an index finds is looked at again. On disk:
/// another way to make keys is another version of the format (docs/formats/partition.md).
using Key = std::uint64_t;

/// `text` as events::append_index_texts gives it. `recipient` and `recipients` are filed together.
Key key_of(events::FilterField field, std::string_view text);
Key key_of(DomainId domain);
/// Events with more keys than kKeysMax are filed under their domain, kind and severity, and under this.
inline constexpr Key kOverflow = 1;
inline constexpr std::size_t kKeysMax = 256;

/// Every key of an event, each once, rising.
void collect_keys(EventFields& event, DomainId domain, std::vector<Key>& keys);

}  // namespace postroad::search
