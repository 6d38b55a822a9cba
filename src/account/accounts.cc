#include "account/accounts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "account/account_repository.h"
#include "account/dkim_keys.h"
#include "base/text.h"
#include "mail/domain_name.h"

namespace postroad::account {
namespace {

constexpr std::size_t kApiKeySecretBytes = 16;
constexpr std::size_t kApiKeyCharactersMin = 16;

Error conflict(std::string text) { return {ErrorCode::kConflict, Permanence::kPermanent, std::move(text)}; }

void add_domain(storage::Unit& unit, const Domain& domain) {
  unit.add(sql::kInsertDomain,
           {domain.id.value, domain.name, static_cast<std::int64_t>(domain.state), storage::CommitTime{}},
           {storage::Expectation::Rows::kExactlyOne, conflict("This domain name is already taken")});
  for (const DkimKeyRecord& key : domain.dkim_keys) {
    unit.add(sql::kInsertDkimKey, {key.id, domain.id.value, key.selector, key.algorithm, key.private_pem, key.dns_value,
                                   storage::CommitTime{}});
  }
}

}  // namespace

Result<std::string> normal_domain_name(std::string_view name) {
  ASSIGN_OR_RETURN(std::string ascii, mail::to_ascii_domain(trim(name)));
  if (ascii.size() > Accounts::kDomainNameBytesMax || !mail::is_hostname(ascii) || ascii.find('.') == std::string::npos) {
    return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("'{}' is not a domain name", name));
  }
  return ascii;
}

DirectoryPtr Accounts::directory() const {
  const std::lock_guard lock(mutex_);
  return directory_;
}

void Accounts::show(DirectoryPtr next) {
  const std::lock_guard lock(mutex_);
  directory_ = std::move(next);
}

Result<void> Accounts::load() {
  auto next = std::make_shared<Directory>();
  RETURN_IF_ERROR(read_domains(*next));
  RETURN_IF_ERROR(read_dkim_keys(*next));
  RETURN_IF_ERROR(read_api_keys(*next));
  show(std::move(next));
  return {};
}

Result<void> Accounts::read_domains(Directory& into) const {
  return store_.query_now(sql::kDomains, {}, [&into](const storage::Row& row) {
    auto domain = std::make_shared<Domain>();
    domain->id = DomainId{row.integer(0)};
    domain->name = row.text(1);
    domain->state = static_cast<DomainState>(row.integer(2));
    domain->created = WallTime{std::chrono::microseconds{row.integer(3)}};
    into.by_name_[domain->name] = domain;
    into.by_id_[domain->id] = domain;
  });
}

Result<void> Accounts::read_dkim_keys(Directory& into) const {
  return store_.query_now(sql::kDkimKeys, {}, [&into](const storage::Row& row) {
    const auto found = into.by_id_.find(DomainId{row.integer(1)});
    if (found == into.by_id_.end()) return;
    auto domain = std::make_shared<Domain>(*found->second);
    domain->dkim_keys.push_back({.id = row.integer(0),
                                 .selector = std::string(row.text(2)),
                                 .algorithm = std::string(row.text(3)),
                                 .private_pem = std::string(row.text(4)),
                                 .dns_value = std::string(row.text(5)),
                                 .state = static_cast<DkimKeyState>(row.integer(6))});
    into.by_name_[domain->name] = domain;
    found->second = domain;
  });
}

Result<void> Accounts::read_api_keys(Directory& into) const {
  return store_.query_now(sql::kApiKeys, {}, [&into](const storage::Row& row) {
    ApiKey key{.id = ApiKeyId{row.integer(0)},
               .role = static_cast<KeyRole>(row.integer(2)),
               .domain = std::nullopt,
               .public_id = std::string(row.text(4)),
               .description = std::string(row.text(5))};
    if (row.integer(3) != 0) key.domain = DomainId{row.integer(3)};
    into.keys_[*hex_decode(row.text(1))] = std::move(key);
  });
}

asio::awaitable<Result<DomainPtr>> Accounts::create_domain(NewDomain wanted) {
  Result<std::string> name = normal_domain_name(wanted.name);
  if (!name) co_return std::unexpected(std::move(name).error());
  if (directory()->domain(*name) != nullptr) co_return std::unexpected(conflict("This domain name is already taken"));

  const std::string selector = wanted.dkim_selector.empty() ? std::string(kDefaultSelector) : wanted.dkim_selector;
  Result<std::vector<DkimKeyRecord>> keys = std::vector<DkimKeyRecord>{};
  std::function<void()> work = [&keys, &selector] { keys = make_dkim_keys(selector); };
  co_await executor_.run_blocking("crypto", std::move(work));
  if (!keys) co_return std::unexpected(std::move(keys).error());

  Domain domain{.id = DomainId{ids_.next()}, .name = *name, .state = wanted.state, .created = {}, .dkim_keys = *std::move(keys)};
  for (DkimKeyRecord& key : domain.dkim_keys) key.id = ids_.next();
  storage::Unit unit;
  add_domain(unit, domain);
  Result<WallTime> committed = co_await store_.commit(std::move(unit));
  if (!committed) co_return std::unexpected(std::move(committed).error());

  domain.created = *committed;
  co_return show_added(std::move(domain));
}

DomainPtr Accounts::show_changed(DomainId id, const std::function<void(Domain&)>& change) {
  const std::lock_guard lock(mutex_);
  auto next = std::make_shared<Directory>(*directory_);
  const auto found = next->by_id_.find(id);
  if (found == next->by_id_.end()) return nullptr;
  auto changed = std::make_shared<Domain>(*found->second);
  change(*changed);
  found->second = changed;
  next->by_name_[changed->name] = changed;
  directory_ = std::move(next);
  return changed;
}

DomainPtr Accounts::show_added(Domain domain) {
  auto shared = std::make_shared<const Domain>(std::move(domain));
  const std::lock_guard lock(mutex_);
  auto next = std::make_shared<Directory>(*directory_);
  next->by_name_[shared->name] = shared;
  next->by_id_[shared->id] = shared;
  directory_ = std::move(next);
  return shared;
}

asio::awaitable<Result<void>> Accounts::delete_domain(std::string name) {
  const DomainPtr domain = directory()->domain(name);
  if (domain == nullptr) co_return fail_permanent(ErrorCode::kNotFound, "Domain not found");
  storage::Unit unit;
  unit.add(sql::kDeleteDomain, {domain->id.value},
           {storage::Expectation::Rows::kExactlyOne, Error{ErrorCode::kNotFound, Permanence::kPermanent, "Domain not found"}});
  unit.add(sql::kDeleteDkimKeys, {domain->id.value});
  unit.add(sql::kDeleteCredentials, {domain->id.value});
  Result<WallTime> committed = co_await store_.commit(std::move(unit));
  if (!committed) co_return std::unexpected(std::move(committed).error());

  const std::lock_guard lock(mutex_);
  auto next = std::make_shared<Directory>(*directory_);
  next->by_name_.erase(domain->name);
  next->by_id_.erase(domain->id);
  directory_ = std::move(next);
  co_return Result<void>{};
}

asio::awaitable<Result<NewApiKey>> Accounts::create_api_key(KeyRole role, std::string description) {
  std::string secret = "key-" + random_.hex(kApiKeySecretBytes);
  Result<ApiKey> added = co_await add_api_key(secret, role, std::move(description));
  if (!added) co_return std::unexpected(std::move(added).error());
  co_return NewApiKey{*std::move(added), std::move(secret)};
}

asio::awaitable<Result<ApiKey>> Accounts::add_api_key(std::string secret, KeyRole role, std::string description) {
  if (secret.size() < kApiKeyCharactersMin) {
    co_return fail_permanent(ErrorCode::kInvalidArgument,
                             fmt::format("an API key needs at least {} characters", kApiKeyCharactersMin));
  }
  const std::string digest = sha256(secret);
  ApiKey key{.id = ApiKeyId{ids_.next()},
             .role = role,
             .domain = std::nullopt,
             .public_id = fmt::format("{}-{}", random_.hex(4), random_.hex(4)),
             .description = std::move(description)};
  storage::Unit unit;
  unit.add(sql::kInsertApiKey,
           {key.id.value, hex_encode(digest), static_cast<std::int64_t>(role), std::int64_t{0}, key.public_id,
            key.description, storage::CommitTime{}},
           {storage::Expectation::Rows::kExactlyOne, conflict("this API key exists already")});
  Result<WallTime> committed = co_await store_.commit(std::move(unit));
  if (!committed) co_return std::unexpected(std::move(committed).error());

  const std::lock_guard lock(mutex_);
  auto next = std::make_shared<Directory>(*directory_);
  next->keys_[digest] = key;
  directory_ = std::move(next);
  co_return key;
}

asio::awaitable<Result<void>> Accounts::revoke_api_key(std::string public_id) {
  const Error unknown{ErrorCode::kNotFound, Permanence::kPermanent, "API key not found"};
  const std::vector<ApiKey> all = directory()->all_api_keys();
  const auto found = std::ranges::find(all, public_id, &ApiKey::public_id);
  if (found == all.end()) co_return std::unexpected(unknown);
  const ApiKeyId id = found->id;
  storage::Unit unit;
  unit.add(sql::kDeleteApiKey, {id.value}, {storage::Expectation::Rows::kExactlyOne, unknown});
  const Result<WallTime> committed = co_await store_.commit(std::move(unit));
  if (!committed) co_return std::unexpected(committed.error());

  const std::lock_guard lock(mutex_);
  auto next = std::make_shared<Directory>(*directory_);
  std::erase_if(next->keys_, [id](const auto& entry) { return entry.second.id == id; });
  directory_ = std::move(next);
  co_return Result<void>{};
}

}  // namespace postroad::account
