// Search over many events:   event_search DIRECTORY [EVENTS]
//
// Writes so many events into a journal (three domains, three days, half of them accepted, one in fifty failed), indexes and
// seals them, then searches. The directory is left as it is.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <cstdlib>
#include <random>
#include <thread>

#include "base/random.h"
#include "events/journal_repository.h"
#include "search/index.h"
#include "spool/spool_repository.h"
#include "storage/real_disk.h"
#include "storage/sqlite_store.h"

namespace postroad {
namespace {

constexpr int kDomains = 3;
constexpr int kMessagesPerUnit = 200;
constexpr int kSearches = 400;

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}
double now() { return std::chrono::duration<double>(SystemClock().mono().time_since_epoch()).count(); }

void must(const Result<void>& done) {
  if (done) return;
  fmt::print(stderr, "{}\n", done.error().detail);
  std::exit(1);
}
template <class T>
T must(Result<T> done) {
  if (!done) must(Result<void>(std::unexpected(done.error())));
  return *std::move(done);
}

std::string recipient_of(std::int64_t message) { return fmt::format("member{}@d{}.example", message % 100'000, message % 997); }
std::string message_id_of(std::int64_t message) { return fmt::format("20260301090512.{:016x}@mail.shop.example", message * 0x9e3779b97f4a7c15); }

events::Event event_of(std::int64_t message, events::EventType type) {
  const std::string recipient = recipient_of(message);
  const std::string id = fmt::format("{:022}", message * 2 + static_cast<int>(type));
  events::MessageFacts facts;
  facts.header_from = "Shop <app@mail.shop.example>";
  facts.header_to = recipient;
  facts.header_subject = fmt::format("Your order {} is on its way", message);
  facts.message_id = message_id_of(message);
  facts.size = 2410;
  facts.tags = {"orders"};
  facts.user_variables = {{"order", std::to_string(message)}};
  facts.storage_key = fmt::format("AwAB{:x}", message);
  facts.storage_url = "https://mg.shop.example/v3/domains/mail.shop.example/messages/" + facts.storage_key;
  const events::SharedFields shared = events::render_shared_fields(facts);
  const events::EnvelopeFields envelope{.sender = "app@mail.shop.example", .targets = recipient, .sending_ip = "203.0.113.9"};
  const events::DeliveryStatus status{.code = 250, .message = "2.0.0 Ok: queued as 4F2B1", .enhanced_code = "2.0.0", .mx_host = "mx1.d.example", .tls = true};
  std::string body;
  if (type == events::EventType::kAccepted) {
    body = events::AcceptedEvents({.method = "http", .originating_ip = "198.51.100.7", .api_key_id = "b1f0c2-77aa01", .sender = envelope.sender, .scheduled_for = {}}, shared)
               .body(id, recipient, {});
  } else if (type == events::EventType::kDelivered) {
    body = events::render_delivered(id, envelope, status, shared, recipient, "http", "mail.shop.example");
  } else {
    body = events::render_failed(id, events::Severity::kPermanent, "bounce", envelope, status, shared, recipient);
  }
  return {.type = type, .id = id, .domain = DomainId{message % kDomains + 1}, .message = MessageId{message}, .recipient = RecipientId{message},
          .address = recipient, .body = std::move(body), .transcript = {}};
}

void write_events(storage::Store& store, const events::Journal& journal, ManualClock& clock, std::int64_t events) {
  boost::asio::io_context context;
  const auto guard = boost::asio::make_work_guard(context);
  std::thread loop([&] { context.run(); });
  const std::chrono::microseconds step = std::chrono::hours(71) / (events / 2 / kMessagesPerUnit + 1);
  for (std::int64_t message = 0; message < events / 2; message += kMessagesPerUnit) {
    storage::Unit unit;
    for (std::int64_t i = message; i < std::min(message + kMessagesPerUnit, events / 2); ++i) {
      journal.append(unit, event_of(i, events::EventType::kAccepted));
      journal.append(unit, event_of(i, i % 50 == 0 ? events::EventType::kFailed : events::EventType::kDelivered));
    }
    must(boost::asio::co_spawn(context, store.commit(std::move(unit)), boost::asio::use_future).get());
    clock.advance(step);
  }
  context.stop();
  loop.join();
}

void index_all(search::Index& index, std::int64_t events) {
  double reading = 0, tidying = 0;
  const double began = now();
  for (bool done = false; !done;) {
    double from = cpu_seconds();
    done = must(index.catch_up(20'000));
    reading += cpu_seconds() - from;
    from = cpu_seconds();
    while (must(index.tidy())) {
    }
    tidying += cpu_seconds() - from;
  }
  std::uint64_t bytes = 0;
  std::uint32_t sealed = 0;
  for (const search::PartitionPtr& part : index.view()->parts) {
    bytes += part->file_bytes();
    sealed += part->size();
  }
  const auto count = static_cast<double>(events);
  fmt::print("index: {:.1f} us of CPU an event ({:.1f} reading and filing, {:.1f} sealing and merging), {:.0f} events/s\n",
             (reading + tidying) * 1e6 / count, reading * 1e6 / count, tidying * 1e6 / count, count / (now() - began));
  fmt::print("size: {} events in {} partitions, {:.0f} bytes an event\n", sealed, index.view()->parts.size(), static_cast<double>(bytes) / sealed);
}

template <class Make>
void measure(search::Index& index, std::int64_t events, std::string_view what, bool ascending, Make make) {
  std::mt19937_64 random(1);
  const auto messages = static_cast<std::uint64_t>(events / 2);
  std::vector<double> took;
  std::size_t found = 0;
  for (int i = 0; i < kSearches; ++i) {
    events::Filter filter;
    const auto message = static_cast<std::int64_t>(random() % messages);
    for (const auto& [name, text] : make(message)) {
      must(filter.add(*std::ranges::find(events::filter_names(), name, &events::FilterName::name), text));
    }
    const search::FilterCondition condition(std::move(filter));
    search::Query query{.domains = {DomainId{message % kDomains + 1}}, .ascending = ascending};
    const double from = now();
    found += must(index.find(query, condition)).size();
    took.push_back((now() - from) * 1e3);
  }
  std::ranges::sort(took);
  fmt::print("{:<44} p50 {:7.2f} ms   p95 {:7.2f} ms   max {:7.2f} ms   {:5.1f} events\n", what, took[took.size() / 2],
             took[took.size() * 95 / 100], took.back(), static_cast<double>(found) / kSearches);
}

void search_all(search::Index& index, std::int64_t events) {
  using Texts = std::vector<std::pair<std::string, std::string>>;
  const auto newest = [&](std::string_view what, auto make) { measure(index, events, what, false, make); };
  newest("recipient", [](auto message) { return Texts{{"recipient", recipient_of(message)}}; });
  newest("message id", [](auto message) { return Texts{{"message-id", message_id_of(message)}}; });
  newest("nobody", [](auto message) { return Texts{{"recipient", fmt::format("nobody{}@d.example", message)}}; });
  newest("newest 100 delivered of a domain", [](auto) { return Texts{{"event", "delivered"}}; });
  newest("newest 100 failed of a domain, 1 in 100", [](auto) { return Texts{{"event", "failed"}}; });
  newest("newest 100 of a domain", [](auto) { return Texts{}; });
  measure(index, events, "oldest 100 of a domain", true, [](auto) { return Texts{}; });
  newest("a word of the subject, two types", [](auto message) { return Texts{{"subject", std::to_string(message)}, {"event", "delivered OR failed"}}; });
  const double from = now();
  const std::int64_t counted = must(index.count({.domains = {DomainId{1}}}, search::FilterCondition(events::Filter{})));
  fmt::print("{:<44} {:.1f} ms for {} events\n", "count of a domain", (now() - from) * 1e3, counted);
}

int run(const std::string& directory, std::int64_t events) {
  ManualClock clock;
  SystemRandom random;
  storage::RealDisk disk;
  std::vector<storage::Migration> migrations;
  std::ranges::copy(spool::migrations(), std::back_inserter(migrations));
  std::ranges::copy(events::migrations(), std::back_inserter(migrations));
  const auto store = must(storage::SqliteStore::open(disk, clock, random, {.directory = directory, .segment_bytes = 8u << 20}, migrations));
  const events::Journal journal(*store);
  const double from = cpu_seconds();
  write_events(*store, journal, clock, events);
  fmt::print("journal: {} events, {:.1f} us of CPU an event to render and commit\n", events, (cpu_seconds() - from) * 1e6 / static_cast<double>(events));
  search::Index index(clock, disk, journal, {.directory = directory + "/events"});
  must(index.open(0));
  index_all(index, events);
  search_all(index, events);
  const double reopened = now();
  search::Index again(clock, disk, journal, {.directory = directory + "/events"});
  must(again.open(0));
  fmt::print("opening the index: {:.1f} ms\n", (now() - reopened) * 1e3);
  return 0;
}

}  // namespace
}  // namespace postroad

int main(int count, char** arguments) {
  if (count < 2) {
    fmt::print(stderr, "usage: event_search DIRECTORY [EVENTS]\n");
    return 2;
  }
  return postroad::run(arguments[1], count > 2 ? std::atoll(arguments[2]) : 1'000'000);
}
