#pragma once
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>

#include "net/resolver.h"

namespace postroad::net {

/// DNS by libunbound: a cache in this process, DNSSEC when there is a trust anchor. Queries run in libunbound's own
/// worker thread; their answers are taken up on the loop given to `make`, and no loop ever blocks. Safe from any loop.
/// Destroy it when its loop no longer runs.
class UnboundResolver final : public Resolver {
 public:
  /// Beyond this many unanswered questions a new one fails at once, kDnsFailure and transient.
  static constexpr std::size_t kQuestionsMax = 4096;
  /// CNAMEs we follow beyond what libunbound followed itself.
  static constexpr int kAliasesMax = 16;

  struct Zone {
    std::string name;
    std::string type;  ///< As in unbound.conf(5) local-zone: "static", "transparent", "always_nxdomain", …
  };
  /// A zone whose own servers are asked, whatever else is.
  struct Authority {
    std::string zone;
    std::vector<std::string> addresses;  ///< "192.0.2.53" or "127.0.0.1@5353".
  };
  /// With neither `forwarders` nor `resolv_conf` it asks the root servers and their delegates itself.
  struct Options {
    std::vector<std::string> forwarders;      ///< "192.0.2.53" or "127.0.0.1@5353".
    std::string resolv_conf;                  ///< Path; empty: not read.
    std::string root_hints;                   ///< Path; empty: built in.
    std::string trust_anchor_file;            ///< Path, such as /usr/share/dns/root.key; empty: no DNSSEC.
    std::vector<Authority> authorities;
    std::vector<Zone> local_zones;            ///< Answered from `local_data` alone, as their types say.
    std::vector<std::string> local_data;      ///< "example.com. 3600 IN MX 10 mx.example.com."
  };

  /// kInvalidArgument names the option that libunbound refused.
  static Result<std::unique_ptr<UnboundResolver>> make(asio::io_context& home, const Options& options);
  ~UnboundResolver() override;

  asio::awaitable<Result<DnsAnswer<MxRecord>>> mx(std::string name, Deadline deadline) override;
  asio::awaitable<Result<DnsAnswer<std::string>>> a(std::string name, Deadline deadline) override;
  asio::awaitable<Result<DnsAnswer<std::string>>> aaaa(std::string name, Deadline deadline) override;
  asio::awaitable<Result<DnsAnswer<std::string>>> txt(std::string name, Deadline deadline) override;
  asio::awaitable<Result<DnsAnswer<std::string>>> ns(std::string name, Deadline deadline) override;
  asio::awaitable<Result<DnsAnswer<std::string>>> ptr(std::string address, Deadline deadline) override;

 private:
  struct State;
  explicit UnboundResolver(std::shared_ptr<State> state) : state_(std::move(state)) {}

  /// Raw record data, CNAMEs followed; on any loop.
  asio::awaitable<Result<DnsAnswer<std::string>>> ask(std::string name, int type, Deadline deadline);
  template <class T>
  asio::awaitable<Result<DnsAnswer<T>>> ask_for(std::string name, int type, Deadline deadline,
                                                std::optional<T> (*read)(std::string_view));

  std::shared_ptr<State> state_;  // shared with the questions under way and with the coroutine that takes up answers
};

}  // namespace postroad::net
