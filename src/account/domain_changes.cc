// What changes a domain that is there: its state, and its keys in two steps.
#include <fmt/format.h>

#include <algorithm>

#include "account/account_repository.h"
#include "account/accounts.h"
#include "account/dkim_keys.h"
#include "base/text.h"

namespace postroad::account {
namespace {

using Rows = storage::Expectation::Rows;

constexpr std::size_t kSelectorBytesMax = 63 - Accounts::kEd25519SelectorSuffix.size();  // RFC 1035 §2.3.4: a label

Error unknown_domain() { return {ErrorCode::kNotFound, Permanence::kPermanent, "Domain not found"}; }
Error conflict(std::string text) { return {ErrorCode::kConflict, Permanence::kPermanent, std::move(text)}; }

Result<DomainPtr> found(DomainPtr domain) {
  if (domain == nullptr) return std::unexpected(unknown_domain());
  return domain;
}

std::string active_selector(const Domain& domain) {
  for (const DkimKeyRecord& key : domain.dkim_keys) {
    if (key.state == DkimKeyState::kActive && key.algorithm == "rsa") return key.selector;
  }
  return std::string(Accounts::kDefaultSelector);
}

bool is_selector(std::string_view text) {
  return !text.empty() && text.size() <= kSelectorBytesMax &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_.") == std::string_view::npos;
}

std::int64_t number_of(DkimKeyState state) { return static_cast<std::int64_t>(state); }

}  // namespace

std::string next_selector(std::string_view selector) {
  const std::size_t digits = selector.find_last_not_of("0123456789") + 1;
  const std::optional<std::int64_t> number = parse_int(selector.substr(digits));
  return fmt::format("{}{}", selector.substr(0, digits), number && *number < INT32_MAX ? *number + 1 : 2);
}

asio::awaitable<Result<DomainPtr>> Accounts::set_domain_state(std::string name, DomainState state) {
  const DomainPtr domain = directory()->domain(name);
  if (domain == nullptr) co_return std::unexpected(unknown_domain());
  storage::Unit unit;
  unit.add(sql::kSetDomainState, {static_cast<std::int64_t>(state), domain->id.value}, {Rows::kExactlyOne, unknown_domain()});
  const Result<WallTime> committed = co_await store_.commit(std::move(unit));
  if (!committed) co_return std::unexpected(committed.error());
  co_return found(show_changed(domain->id, [state](Domain& changed) { changed.state = state; }));
}

asio::awaitable<Result<DomainPtr>> Accounts::begin_dkim_rotation(std::string name, std::string selector) {
  const DomainPtr domain = directory()->domain(name);
  if (domain == nullptr) co_return std::unexpected(unknown_domain());
  if (selector.empty()) selector = next_selector(active_selector(*domain));
  selector = ascii_lower(selector);
  if (!is_selector(selector)) co_return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("{} is no DKIM selector", selector));
  Result<std::vector<DkimKeyRecord>> keys = std::vector<DkimKeyRecord>{};
  std::function<void()> work = [&keys, &selector] { keys = make_dkim_keys(selector); };
  co_await executor_.run_blocking("crypto", std::move(work));
  if (!keys) co_return std::unexpected(std::move(keys).error());
  storage::Unit unit;
  for (DkimKeyRecord& key : *keys) {
    key.id = ids_.next();
    key.state = DkimKeyState::kPending;
    unit.add(sql::kInsertPendingDkimKey,
             {key.id, domain->id.value, key.selector, key.algorithm, key.private_pem, key.dns_value, storage::CommitTime{}},
             {Rows::kExactlyOne, conflict(fmt::format("a key of {} is pending already, or has the selector {}", domain->name, key.selector))});
  }
  const Result<WallTime> committed = co_await store_.commit(std::move(unit));
  if (!committed) co_return std::unexpected(committed.error());
  co_return found(show_changed(domain->id, [&keys](Domain& changed) { std::ranges::move(*keys, std::back_inserter(changed.dkim_keys)); }));
}

asio::awaitable<Result<DomainPtr>> Accounts::finish_dkim_rotation(std::string name) {
  const DomainPtr domain = directory()->domain(name);
  if (domain == nullptr) co_return std::unexpected(unknown_domain());
  using enum DkimKeyState;
  storage::Unit unit;
  unit.add(sql::kDeleteDkimKeysInState, {domain->id.value, number_of(kRetired)});
  unit.add(sql::kMoveDkimKeys, {number_of(kRetired), domain->id.value, number_of(kActive)});
  unit.add(sql::kMoveDkimKeys, {number_of(kActive), domain->id.value, number_of(kPending)},
           {Rows::kAtLeastOne, conflict(fmt::format("no key of {} is pending", domain->name))});
  const Result<WallTime> committed = co_await store_.commit(std::move(unit));
  if (!committed) co_return std::unexpected(committed.error());
  co_return found(show_changed(domain->id, [](Domain& changed) {
    std::erase_if(changed.dkim_keys, [](const DkimKeyRecord& key) { return key.state == kRetired; });
    for (DkimKeyRecord& key : changed.dkim_keys) key.state = key.state == kPending ? kActive : kRetired;
  }));
}

}  // namespace postroad::account
