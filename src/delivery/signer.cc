#include "delivery/signer.h"

#include "base/log.h"
#include "mail/dkim_signer.h"

namespace postroad::delivery {

asio::awaitable<SignedPtr> Signer::sign(spool::MessagePtr message, account::DomainPtr domain,
                                        std::shared_ptr<const std::string> content, std::uint32_t copy,
                                        spool::Priority priority) {
  if (!enabled_ || domain == nullptr || domain->dkim_keys.empty() || !message->options.sign_dkim) {
    co_return std::make_shared<const Signed>();
  }
  if (copy == 0) {
    const std::lock_guard lock(mutex_);
    if (const auto found = signatures_.find(message->id); found != signatures_.end()) co_return found->second;
  }
  auto made = std::make_shared<Signed>();
  std::function<void()> work = [this, &made, &domain, &content] { *made = sign_now(*domain, *content); };
  co_await executor_.run_blocking(priority == spool::Priority::kHigh ? "crypto_high" : "crypto", std::move(work));
  if (copy != 0) co_return made;

  const std::lock_guard lock(mutex_);
  const auto [place, added] = signatures_.emplace(message->id, made);
  if (added) {
    oldest_.push_back(message->id);
    if (oldest_.size() > kSignaturesMax) {
      signatures_.erase(oldest_.front());
      oldest_.pop_front();
    }
  }
  co_return place->second;
}

/// The RSA signature first in the header: readers that look at one look at the first.
Signed Signer::sign_now(const account::Domain& domain, const std::string& content) {
  const mail::HeaderBlock header = mail::HeaderBlock::scan(content);
  const std::string hash = mail::body_hash(header.body());
  Signed made;
  for (const account::DkimKeyRecord& record : domain.dkim_keys) {
    const mail::DkimKey* key = record.state == account::DkimKeyState::kActive ? key_of(record) : nullptr;
    if (key == nullptr) continue;
    const mail::DkimSigning signing{.domain = domain.name,
                                    .selector = record.selector,
                                    .now = std::chrono::time_point_cast<std::chrono::seconds>(clock_.wall())};
    Result<std::string> field = mail::dkim_signature(*key, signing, header, hash);
    if (!field) {
      log::error("dkim_not_signed", {{"domain", domain.name}, {"selector", record.selector}, {"error", field.error().detail}});
      continue;
    }
    made.fields += *field;
    made.domain = domain.name;
  }
  return made;
}

const mail::DkimKey* Signer::key_of(const account::DkimKeyRecord& record) {
  const std::lock_guard lock(mutex_);
  if (const auto found = keys_.find(record.id); found != keys_.end()) return found->second.get();
  Result<mail::DkimKey> key = mail::DkimKey::from_pem(record.private_pem);
  if (!key) {
    log::error("dkim_key_unreadable", {{"selector", record.selector}, {"error", key.error().detail}});
    return nullptr;
  }
  if (keys_.size() >= kKeysMax) return nullptr;
  return keys_.emplace(record.id, std::make_unique<const mail::DkimKey>(*std::move(key))).first->second.get();
}

}  // namespace postroad::delivery
