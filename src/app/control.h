#pragma once
#include <map>
#include <string>

#include "app/core.h"
#include "queue/queue.h"
#include "search/search.h"
#include "spool/quarantine.h"

namespace postroad::app {

namespace asio = boost::asio;

/// What an operator asks of the store, by the command line: over a Unix socket that only the server's user can open
/// while the server runs, in the command's own process while it does not.
class Control {
 public:
  using Parameters = std::map<std::string, std::string>;
  static constexpr int kLogLimitMax = 1000;
  static constexpr int kSampledMax = 20;                             ///< Messages of one sample, the newest …
  static constexpr std::size_t kSampledBytesMax = std::size_t{32} << 20;  ///< … until so much has been read.
  static constexpr std::int64_t kHeldShown = 1000;
  static constexpr std::size_t kProbesMax = 20;  ///< Domains of one domain_probe.

  /// `queue` null: the server is not running.
  Control(Core& core, search::Search& search, queue::Queue* queue) : core_(core), search_(search), queue_(queue) {}

  /// `name` is one of log, queue, queue_held, queue_let_go, audit, sample, domain_add, domain_list, domain_dns, domain_probe, domain_remove, key_create, key_list,
  /// key_revoke, credential_create, credential_list, credential_delete; the answer is one JSON object. kNotFound, kConflict, kInvalidArgument with sentences for the operator.
  asio::awaitable<Result<std::string>> call(std::string name, Parameters parameters);

 private:
  asio::awaitable<Result<std::string>> log(const Parameters& parameters);
  asio::awaitable<Result<std::vector<events::StoredEvent>>> story_of(std::int64_t sequence);
  asio::awaitable<Result<std::string>> queue();
  asio::awaitable<Result<std::string>> queue_held();
  asio::awaitable<Result<std::string>> queue_let_go(const Parameters& parameters);
  asio::awaitable<Result<std::string>> audit();
  asio::awaitable<Result<std::string>> sample();
  asio::awaitable<Result<std::string>> domain_add(const Parameters& parameters);
  Result<std::string> domain_list();
  Result<std::string> domain_dns(const Parameters& parameters);
  Result<std::string> domain_probe();
  asio::awaitable<Result<std::string>> key_create(const Parameters& parameters);
  Result<std::string> key_list();
  asio::awaitable<Result<std::string>> credential_create(const Parameters& parameters);
  Result<std::string> credential_list(const Parameters& parameters);
  asio::awaitable<Result<std::string>> credential_delete(const Parameters& parameters);
  Result<account::DomainPtr> domain_of_login(const std::string& login) const;

  Core& core_;
  search::Search& search_;
  queue::Queue* queue_;
};

}  // namespace postroad::app
