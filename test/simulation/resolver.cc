#include "resolver.h"

namespace postroad::simulation {
namespace {
constexpr std::uint64_t kThinkMicrosecondsMax = 50'000;
}

asio::awaitable<Result<void>> SimResolver::think(Deadline deadline) {
  if (out) {
    co_await loop_.sleep_until(deadline);
    co_return fail_transient(ErrorCode::kDnsFailure, "no answer");
  }
  co_await loop_.sleep_until(clock_.mono() + std::chrono::microseconds(1 + random_.below(kThinkMicrosecondsMax)));
  if (servfail > 0 && random_.below(10'000) < servfail) co_return fail_transient(ErrorCode::kDnsFailure, "SERVFAIL");
  co_return Result<void>{};
}

asio::awaitable<Result<net::DnsAnswer<net::MxRecord>>> SimResolver::mx(std::string name, Deadline deadline) {
  CO_RETURN_IF_ERROR(co_await think(deadline));
  net::DnsAnswer<net::MxRecord> answer{.records = {}, .name_exists = false, .secure = false, .canonical_name = name};
  const auto found = mail_exchangers.find(name);
  if (found != mail_exchangers.end()) {
    answer.records = found->second;
    answer.name_exists = true;
  }
  co_return answer;
}

asio::awaitable<Result<net::DnsAnswer<std::string>>> SimResolver::a(std::string name, Deadline deadline) {
  CO_RETURN_IF_ERROR(co_await think(deadline));
  const auto found = addresses.find(name);
  net::DnsAnswer<std::string> answer = nothing(name, found != addresses.end());
  if (found != addresses.end()) answer.records.push_back(found->second);
  co_return answer;
}

asio::awaitable<Result<net::DnsAnswer<std::string>>> SimResolver::aaaa(std::string name, Deadline deadline) {
  CO_RETURN_IF_ERROR(co_await think(deadline));
  co_return nothing(name, addresses.contains(name));
}

asio::awaitable<Result<net::DnsAnswer<std::string>>> SimResolver::txt(std::string name, Deadline deadline) {
  CO_RETURN_IF_ERROR(co_await think(deadline));
  co_return nothing(name, false);
}

asio::awaitable<Result<net::DnsAnswer<std::string>>> SimResolver::ns(std::string name, Deadline deadline) {
  CO_RETURN_IF_ERROR(co_await think(deadline));
  co_return nothing(std::move(name), true);
}

asio::awaitable<Result<net::DnsAnswer<std::string>>> SimResolver::ptr(std::string address, Deadline deadline) {
  CO_RETURN_IF_ERROR(co_await think(deadline));
  co_return nothing(address, false);
}

}  // namespace postroad::simulation
