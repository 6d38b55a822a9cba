#include "net/unbound_resolver.h"

#include <fmt/format.h>
#include <unbound.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/text.h"
#include "net/dns_records.h"

namespace postroad::net {
namespace {

constexpr auto kAsResult = asio::as_tuple(asio::use_awaitable);
constexpr int kClassIn = 1;
constexpr int kTypeA = 1, kTypeNs = 2, kTypePtr = 12, kTypeMx = 15, kTypeTxt = 16, kTypeAaaa = 28;
constexpr int kRcodeNoError = 0, kRcodeNxDomain = 3;
constexpr std::size_t kNameBytesMax = 254;  // RFC 1035 §2.3.4, with the final dot
constexpr std::size_t kLabelBytesMax = 63;

using RawAnswer = DnsAnswer<std::string>;

std::string without_final_dot(std::string name) {
  if (name.ends_with('.')) name.pop_back();
  return name;
}

bool is_domain_name(std::string_view name) {
  if (name.size() >= kNameBytesMax || name.find('\0') != std::string_view::npos) return false;
  for (const std::string_view label : split(name, '.')) {
    if (label.empty() || label.size() > kLabelBytesMax) return false;
  }
  return true;
}

std::string_view type_name(int type) {
  switch (type) {
    case kTypeA: return "A";
    case kTypeNs: return "NS";
    case kTypePtr: return "PTR";
    case kTypeMx: return "MX";
    case kTypeTxt: return "TXT";
    default: return "AAAA";
  }
}

std::string_view rcode_name(int rcode) {
  switch (rcode) {
    case 1: return "FORMERR";
    case 2: return "SERVFAIL";
    case 4: return "NOTIMP";
    case 5: return "REFUSED";
    default: return "an error code";
  }
}

Result<RawAnswer> read_answer(const ub_result& result) {
  const auto failed = [&](std::string_view why) {
    return fail_transient(ErrorCode::kDnsFailure, fmt::format("DNS: {}: {}", result.qname, why));
  };
  if (result.bogus) return failed(fmt::format("DNSSEC: {}", result.why_bogus != nullptr ? result.why_bogus : "bogus"));
  if (result.rcode != kRcodeNoError && result.rcode != kRcodeNxDomain) return failed(rcode_name(result.rcode));
  RawAnswer answer;
  for (int i = 0; result.havedata && result.data[i] != nullptr; ++i) {
    answer.records.emplace_back(result.data[i], static_cast<std::size_t>(result.len[i]));
  }
  answer.name_exists = !result.nxdomain;
  answer.secure = result.secure;
  answer.canonical_name = ascii_lower(without_final_dot(result.canonname != nullptr ? result.canonname : result.qname));
  return answer;
}

}  // namespace

struct UnboundResolver::State : std::enable_shared_from_this<State> {
  explicit State(asio::io_context& loop) : home(loop), ready(loop) {}
  ~State() {
    if (ready.is_open()) ready.release();  // libunbound closes it
    ub_ctx_delete(context);
  }

  asio::awaitable<void> take_up_answers() {
    const auto self = shared_from_this();
    for (;;) {
      const auto [error] = co_await ready.async_wait(asio::posix::stream_descriptor::wait_read, kAsResult);
      if (error) co_return;
      ub_process(context);
    }
  }

  asio::awaitable<Result<RawAnswer>> ask_at_home(std::string name, int type, Deadline deadline);

  asio::io_context& home;
  asio::posix::stream_descriptor ready;
  ub_ctx* context = nullptr;
  std::size_t questions = 0;
};

namespace {

/// One question under way. libunbound knows its address until it is answered or destroyed.
struct Question {
  Question(asio::io_context& home, ub_ctx* ctx, std::size_t& count) : timer(home), context(ctx), waiting(count) {
    ++waiting;
  }
  Question(const Question&) = delete;
  Question& operator=(const Question&) = delete;
  ~Question() {
    if (!answered) ub_cancel(context, id);
    --waiting;
  }

  static void on_answer(void* self, int error, ub_result* result) {
    auto& question = *static_cast<Question*>(self);
    question.answered = true;
    if (error == 0 && result != nullptr) {
      question.answer = read_answer(*result);
    } else {
      question.answer = fail_transient(ErrorCode::kDnsFailure, fmt::format("DNS: {}", ub_strerror(error)));
    }
    ub_resolve_free(result);
    question.timer.cancel();
  }

  asio::steady_timer timer;
  ub_ctx* context;
  std::size_t& waiting;
  int id = 0;
  bool answered = false;
  Result<RawAnswer> answer;
};

}  // namespace

asio::awaitable<Result<RawAnswer>> UnboundResolver::State::ask_at_home(std::string name, int type, Deadline deadline) {
  const auto self = shared_from_this();
  if (questions >= kQuestionsMax) {
    co_return fail_transient(ErrorCode::kDnsFailure, fmt::format("DNS: {}: too many questions under way", name));
  }
  Question question(home, context, questions);
  const int refused =
      ub_resolve_async(context, name.c_str(), type, kClassIn, &question, &Question::on_answer, &question.id);
  if (refused != 0) {
    question.answered = true;
    if (refused == UB_SYNTAX) {
      co_return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("'{}' is not a domain name", name));
    }
    co_return fail_transient(ErrorCode::kDnsFailure, fmt::format("DNS: {}: {}", name, ub_strerror(refused)));
  }
  question.timer.expires_at(deadline);
  co_await question.timer.async_wait(kAsResult);
  if (question.answered) co_return std::move(question.answer);
  co_return fail_transient(ErrorCode::kDnsFailure, fmt::format("DNS: {} {}: no answer in time", name, type_name(type)));
}

// Setting up

namespace {

Result<void> refused_option(int error, std::string_view what) {
  if (error == 0) return {};
  return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("DNS: {}: {}", what, ub_strerror(error)));
}

bool is_loopback_server(const std::string& server) { return server.starts_with("127.") || server.starts_with("::1"); }

/// libunbound asks nobody on this machine unless it is told to.
Result<void> allow_loopback(ub_ctx* context, const std::string& server) {
  if (!is_loopback_server(server)) return {};
  return refused_option(ub_ctx_set_option(context, "do-not-query-localhost:", "no"), server);
}

Result<void> configure(ub_ctx* context, const UnboundResolver::Options& options) {
  ub_ctx_debugout(context, nullptr);  // what matters comes back as an Error
  RETURN_IF_ERROR(refused_option(ub_ctx_async(context, 1), "worker thread"));
  for (const std::string& forwarder : options.forwarders) {
    RETURN_IF_ERROR(allow_loopback(context, forwarder));
    RETURN_IF_ERROR(refused_option(ub_ctx_set_fwd(context, forwarder.c_str()), forwarder));
  }
  if (!options.resolv_conf.empty()) {
    RETURN_IF_ERROR(refused_option(ub_ctx_set_option(context, "do-not-query-localhost:", "no"), options.resolv_conf));
    RETURN_IF_ERROR(refused_option(ub_ctx_resolvconf(context, options.resolv_conf.c_str()), options.resolv_conf));
  }
  for (const UnboundResolver::Authority& authority : options.authorities) {
    for (const std::string& address : authority.addresses) {
      RETURN_IF_ERROR(allow_loopback(context, address));
      RETURN_IF_ERROR(refused_option(ub_ctx_set_stub(context, authority.zone.c_str(), address.c_str(), 0), address));
    }
  }
  if (!options.root_hints.empty()) {
    RETURN_IF_ERROR(
        refused_option(ub_ctx_set_option(context, "root-hints:", options.root_hints.c_str()), options.root_hints));
  }
  if (!options.trust_anchor_file.empty()) {
    RETURN_IF_ERROR(refused_option(ub_ctx_add_ta_file(context, options.trust_anchor_file.c_str()), options.trust_anchor_file));
  }
  for (const UnboundResolver::Zone& zone : options.local_zones) {
    RETURN_IF_ERROR(refused_option(ub_ctx_zone_add(context, zone.name.c_str(), zone.type.c_str()), zone.name));
  }
  for (const std::string& line : options.local_data) {
    RETURN_IF_ERROR(refused_option(ub_ctx_data_add(context, line.c_str()), line));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<UnboundResolver>> UnboundResolver::make(asio::io_context& home, const Options& options) {
  auto state = std::make_shared<State>(home);
  state->context = ub_ctx_create();
  if (state->context == nullptr) return fail_permanent(ErrorCode::kInvalidArgument, "DNS: libunbound cannot start");
  RETURN_IF_ERROR(configure(state->context, options));
  boost::system::error_code error;
  state->ready.assign(ub_fd(state->context), error);
  if (error) return fail_permanent(ErrorCode::kInvalidArgument, "DNS: " + error.message());
  asio::co_spawn(
      home, [state] { return state->take_up_answers(); }, asio::detached);
  return std::unique_ptr<UnboundResolver>(new UnboundResolver(std::move(state)));
}

UnboundResolver::~UnboundResolver() = default;

// Asking

asio::awaitable<Result<RawAnswer>> UnboundResolver::ask(std::string name, int type, Deadline deadline) {
  name = ascii_lower(without_final_dot(std::move(name)));
  if (!is_domain_name(name)) {
    co_return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("'{}' is not a domain name", name));
  }
  std::string asked = name;
  for (int i = 0; i <= kAliasesMax; ++i) {
    auto question = state_->ask_at_home(asked, type, deadline);
    CO_ASSIGN_OR_RETURN(RawAnswer answer, co_await asio::co_spawn(state_->home, std::move(question), asio::use_awaitable));
    // libunbound leaves a CNAME of its local data unfollowed: no records, and the target as canonical name.
    const bool unfollowed = answer.records.empty() && answer.name_exists && answer.canonical_name != asked;
    if (!unfollowed) co_return answer;
    asked = answer.canonical_name;
  }
  co_return fail_transient(ErrorCode::kDnsFailure, fmt::format("DNS: {}: more than {} CNAMEs", name, kAliasesMax));
}

template <class T>
asio::awaitable<Result<DnsAnswer<T>>> UnboundResolver::ask_for(std::string name, int type, Deadline deadline,
                                                               std::optional<T> (*read)(std::string_view)) {
  CO_ASSIGN_OR_RETURN(const RawAnswer raw, co_await ask(name, type, deadline));
  DnsAnswer<T> answer;
  answer.name_exists = raw.name_exists;
  answer.secure = raw.secure;
  answer.canonical_name = raw.canonical_name;
  for (const std::string& rdata : raw.records) {
    if (std::optional<T> record = read(rdata)) answer.records.push_back(std::move(*record));
  }
  if (answer.records.empty() && !raw.records.empty()) {
    co_return fail_transient(ErrorCode::kDnsFailure, fmt::format("DNS: {} {}: malformed answer", name, type_name(type)));
  }
  co_return answer;
}

asio::awaitable<Result<DnsAnswer<MxRecord>>> UnboundResolver::mx(std::string name, Deadline deadline) {
  return ask_for<MxRecord>(std::move(name), kTypeMx, deadline, mx_from_rdata);
}
asio::awaitable<Result<DnsAnswer<std::string>>> UnboundResolver::a(std::string name, Deadline deadline) {
  return ask_for<std::string>(std::move(name), kTypeA, deadline, address_from_rdata);
}
asio::awaitable<Result<DnsAnswer<std::string>>> UnboundResolver::aaaa(std::string name, Deadline deadline) {
  return ask_for<std::string>(std::move(name), kTypeAaaa, deadline, address_from_rdata);
}
asio::awaitable<Result<DnsAnswer<std::string>>> UnboundResolver::txt(std::string name, Deadline deadline) {
  return ask_for<std::string>(std::move(name), kTypeTxt, deadline, txt_from_rdata);
}
asio::awaitable<Result<DnsAnswer<std::string>>> UnboundResolver::ns(std::string name, Deadline deadline) {
  return ask_for<std::string>(std::move(name), kTypeNs, deadline, name_from_rdata);
}
asio::awaitable<Result<DnsAnswer<std::string>>> UnboundResolver::ptr(std::string address, Deadline deadline) {
  const std::optional<std::string> name = reverse_name(address);
  if (!name) co_return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("'{}' is not an address", address));
  co_return co_await ask_for<std::string>(*name, kTypePtr, deadline, name_from_rdata);
}

}  // namespace postroad::net
