#include "search/candidates.h"

#include <algorithm>

namespace postroad::search {

Candidates::Candidates(const Table& table, const std::vector<AnyKey>& needs, std::uint32_t from, bool ascending)
    : table_(table), ascending_(ascending) {
  const std::uint32_t size = table.size();
  if (size > 0 && (from < size || !ascending)) at_ = std::min(from, size - 1);
  for (const AnyKey& keys : needs) {
    Any& any = needs_.emplace_back();
    for (const Key key : keys) any.push_back({.key = key, .run = {}});
  }
}

Result<std::optional<std::uint32_t>> Candidates::next() {
  if (!at_) return std::nullopt;
  std::uint32_t at = *at_;
  for (bool moved = true; moved;) {
    moved = false;
    for (Any& any : needs_) {
      ASSIGN_OR_RETURN(const std::optional<std::uint32_t> there, seek(any, at));
      if (!there) {
        at_.reset();
        return std::nullopt;
      }
      moved = moved || *there != at;
      at = *there;
    }
  }
  const bool last = ascending_ ? at + 1 >= table_.size() : at == 0;
  at_ = last ? std::nullopt : std::optional(ascending_ ? at + 1 : at - 1);
  return at;
}

Result<std::optional<std::uint32_t>> Candidates::seek(Any& any, std::uint32_t from) {
  std::optional<std::uint32_t> nearest;
  for (List& list : any) {
    ASSIGN_OR_RETURN(const std::optional<std::uint32_t> there, seek(list, from));
    if (there) nearest = nearest ? earlier(*nearest, *there) : *there;
  }
  return nearest;
}

Result<std::optional<std::uint32_t>> Candidates::seek(List& list, std::uint32_t from) {
  if (!list.asked) {
    list.asked = true;
    ASSIGN_OR_RETURN(const bool may_have, table_.may_have(list.key));
    list.ended = !may_have;
  }
  if (list.ended) return std::nullopt;
  const std::vector<std::uint32_t>& run = list.run;
  const bool in_run = !run.empty() && (ascending_ ? from <= run.back() : from >= run.front());
  if (!in_run) {
    ASSIGN_OR_RETURN(list.run, table_.run(list.key, from, ascending_));
    list.ended = list.run.empty();
    if (list.ended) return std::nullopt;
  }
  if (ascending_) return *std::ranges::lower_bound(run, from);
  return *std::prev(std::ranges::upper_bound(run, from));
}

}  // namespace postroad::search
