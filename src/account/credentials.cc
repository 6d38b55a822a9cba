#include "account/credentials.h"

#include <fmt/format.h>

#include <algorithm>

#include "account/account_repository.h"
#include "account/password.h"
#include "base/text.h"
#include "mail/address.h"

namespace postroad::account {
namespace {

constexpr std::size_t kSecretBytes = 32;

}  // namespace

Credentials::Credentials(storage::Store& store, net::Executor& executor, Clock& clock, IdSource& ids, Random& random)
    : store_(store), executor_(executor), clock_(clock), ids_(ids), random_(random), throttle_(clock),
      memory_secret_(random.hex(kSecretBytes)) {}

Result<void> Credentials::load() {
  std::unordered_map<std::string, Held> next;
  RETURN_IF_ERROR(store_.query_now(sql::kCredentials, {}, [&next](const storage::Row& row) {
    Held held{.credential = {.id = row.integer(0),
                             .domain = DomainId{row.integer(1)},
                             .login = std::string(row.text(2)),
                             .created = WallTime{std::chrono::microseconds{row.integer(4)}}},
              .hash = std::string(row.text(3))};
    next[held.credential.login] = std::move(held);
  }));
  const std::lock_guard lock(mutex_);
  by_login_ = std::move(next);
  return {};
}

std::vector<Credential> Credentials::of_domain(DomainId domain) const {
  std::vector<Credential> all;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [login, held] : by_login_) {
      if (held.credential.domain == domain) all.push_back(held.credential);
    }
  }
  std::ranges::sort(all, {}, &Credential::login);
  return all;
}

Result<std::string> Credentials::whole_login(const Domain& domain, const std::string& login) {
  const std::string whole = login.find('@') == std::string::npos ? fmt::format("{}@{}", login, domain.name) : login;
  ASSIGN_OR_RETURN(const mail::Mailbox mailbox, mail::parse_address(whole));
  if (mailbox.domain != domain.name) {
    return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("{} is not a mailbox of {}", login, domain.name));
  }
  return ascii_lower(mail::address_text(mailbox));
}

bool Credentials::exists(const Domain& domain, const std::string& login) const {
  const auto whole = whole_login(domain, login);
  return whole && find(*whole).has_value();
}

std::optional<Credentials::Held> Credentials::find(const std::string& login) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_login_.find(login);
  if (found == by_login_.end()) return std::nullopt;
  return found->second;
}

asio::awaitable<Result<Credential>> Credentials::put(DomainPtr domain, std::string login, std::string password) {
  CO_ASSIGN_OR_RETURN(const std::string whole, whole_login(*domain, login));
  CO_RETURN_IF_ERROR(check_password(password));
  std::optional<Held> known = find(whole);
  if (known && known->credential.domain != domain->id) known.reset();  // Of an earlier domain of this name.
  if (!known && of_domain(domain->id).size() >= kPerDomainMax) {
    co_return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("a domain has at most {} credentials", kPerDomainMax));
  }
  Held held{.credential = {.id = known ? known->credential.id : ids_.next(), .domain = domain->id, .login = whole, .created = {}},
            .hash = {}};
  std::function<void()> work = [this, &held, &password] { held.hash = hash_password(password, random_); };
  co_await executor_.run_blocking("password", std::move(work));

  storage::Unit unit;
  if (known) {
    unit.add(sql::kChangeCredential, {held.hash, held.credential.id});
  } else {
    unit.add(sql::kInsertCredential, {held.credential.id, domain->id.value, whole, held.hash, storage::CommitTime{}});
  }
  CO_ASSIGN_OR_RETURN(const WallTime committed, co_await store_.commit(std::move(unit)));
  held.credential.created = known ? known->credential.created : committed;
  forget_all();
  const std::lock_guard lock(mutex_);
  by_login_[whole] = held;
  co_return held.credential;
}

asio::awaitable<Result<Credential>> Credentials::remove(DomainPtr domain, std::string login) {
  Result<std::string> whole = whole_login(*domain, login);
  const std::optional<Held> known = whole ? find(*whole) : std::nullopt;
  if (!known || known->credential.domain != domain->id) co_return fail_permanent(ErrorCode::kNotFound, "Credentials not found");
  if (*whole == fmt::format("{}@{}", kSystemMailbox, domain->name)) {
    co_return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("Cannot delete system mailbox: {}", *whole));
  }
  storage::Unit unit;
  unit.add(sql::kDeleteCredential, {known->credential.id});
  Result<WallTime> committed = co_await store_.commit(std::move(unit));
  if (!committed) co_return std::unexpected(std::move(committed).error());
  forget_all();
  const std::lock_guard lock(mutex_);
  by_login_.erase(*whole);
  co_return known->credential;
}

asio::awaitable<Result<std::size_t>> Credentials::remove_all(DomainPtr domain) {
  std::size_t removed = 0;
  const std::vector<Credential> all = of_domain(domain->id);
  for (const Credential& credential : all) {
    Result<Credential> done = co_await remove(domain, credential.login);
    if (done) ++removed;
    if (!done && done.error().code != ErrorCode::kInvalidArgument) co_return std::unexpected(std::move(done).error());
  }
  co_return removed;
}

std::string Credentials::memory_key(const std::string& login, const std::string& password) const {
  return hmac_sha256(memory_secret_, fmt::format("{}:{}{}", login.size(), login, password));
}

void Credentials::remember(const std::string& key, DomainId domain) {
  const std::lock_guard lock(mutex_);
  if (remembered_.size() >= kRememberedMax) remembered_.clear();
  remembered_[key] = {domain, clock_.mono() + kRememberFor};
}

void Credentials::forget_all() {
  const std::lock_guard lock(mutex_);
  remembered_.clear();
}

asio::awaitable<Credentials::Login> Credentials::verify(std::string login, std::string password, std::string client) {
  login = ascii_lower(login);
  const std::string key = memory_key(login, password);
  {
    const std::lock_guard lock(mutex_);
    const auto found = remembered_.find(key);
    if (found != remembered_.end() && found->second.until > clock_.mono()) {
      co_return Login{Verdict::kAccepted, found->second.domain};
    }
  }
  if (!throttle_.allowed("ip " + client) || !throttle_.allowed("login " + login)) co_return Login{Verdict::kThrottled, {}};
  const std::optional<Held> known = find(login);
  bool good = false;
  std::function<void()> work = [&known, &password, &good] {
    good = verify_password(known ? known->hash : nobodys_hash(), password) && known.has_value();
  };
  co_await executor_.run_blocking("password", std::move(work));
  if (!good) {
    throttle_.failed("ip " + client);
    throttle_.failed("login " + login);
    co_return Login{Verdict::kRefused, {}};
  }
  throttle_.succeeded("login " + login);
  remember(key, known->credential.domain);
  co_return Login{Verdict::kAccepted, known->credential.domain};
}

}  // namespace postroad::account
