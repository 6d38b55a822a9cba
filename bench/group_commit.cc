// How fast units become durable: content of 10 KB and three rows each, from 20 and 100 committers at once, beside a
// bare loop that writes and syncs as many bytes in groups of the same size on the same disk in the same run.
//
//   group_commit DIRECTORY [seconds]
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <mutex>

#include "base/assert.h"
#include "storage/real_disk.h"
#include "storage/sqlite_store.h"

namespace postroad::storage {
namespace {

constexpr std::size_t kContentBytes = 10'240;
constexpr std::size_t kLiveMax = 4'000;  // Older contents are released, so that segments are used again as in service.
constexpr std::uint64_t kSegmentBytes = 32u << 20;
constexpr std::array kMigrations{Migration{
    100, "bench: a message, its recipient, its event",
    "CREATE TABLE message (id {id}, domain BIGINT NOT NULL, message_id TEXT NOT NULL, sender TEXT NOT NULL,"
    " location BIGINT NOT NULL, accepted BIGINT NOT NULL);"
    "CREATE TABLE recipient (id {id}, message BIGINT NOT NULL, address TEXT NOT NULL, lane TEXT NOT NULL,"
    " due BIGINT NOT NULL, attempts BIGINT NOT NULL);"
    "CREATE INDEX recipient_lane ON recipient (lane, due);"
    "CREATE TABLE journal (seq {serial}, time BIGINT NOT NULL, type BIGINT NOT NULL, domain BIGINT NOT NULL,"
    " message BIGINT NOT NULL, body TEXT NOT NULL);"
    "CREATE INDEX journal_domain ON journal (domain, seq);"}};
constexpr Statement kMessage{"bench.message",
                             "INSERT INTO message (id, domain, message_id, sender, location, accepted)"
                             " VALUES ($1, $2, $3, $4, $5, $6)"};
constexpr Statement kRecipient{"bench.recipient",
                               "INSERT INTO recipient (id, message, address, lane, due, attempts)"
                               " VALUES ($1, $2, $3, $4, $5, $6)"};
constexpr Statement kEvent{"bench.event",
                           "INSERT INTO journal (time, type, domain, message, body) VALUES ($1, $2, $3, $4, $5)"};

constexpr Statement kLocations{"bench.locations", "SELECT location FROM message"};

double cpu_seconds() {
  rusage used{};
  PR_ASSERT(getrusage(RUSAGE_SELF, &used) == 0);
  const auto seconds = [](timeval t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

Unit make_unit(std::int64_t id) {
  Unit unit;
  const std::size_t index = unit.keep(std::string(kContentBytes, static_cast<char>('a' + id % 26)));
  const std::string lane = fmt::format("example{}.com/default", id % 200);
  unit.add(kMessage, {id, std::int64_t{7}, fmt::format("{}.4711@mail.example.com", id),
                      std::string("news@mail.example.com"), ContentLocation{index}, CommitTime{}});
  unit.add(kRecipient, {id, id, fmt::format("someone{}@{}", id, lane), lane, CommitTime{}, std::int64_t{0}});
  unit.add(kEvent, {CommitTime{}, std::int64_t{1}, std::int64_t{7}, id, std::string(300, 'e')});
  return unit;
}

struct Measured {
  double per_second = 0;
  double cpu_microseconds = 0;
  double p50_milliseconds = 0;
  double p99_milliseconds = 0;
};

Measured measure_store(const std::string& directory, int committers, MonoTime::duration length) {
  RealDisk disk;
  SystemClock clock;
  SystemRandom random;
  SqliteStore::Options options;
  options.directory = directory;
  options.segment_bytes = kSegmentBytes;
  options.live_contents = &kLocations;
  const MonoTime opening = clock.mono();
  auto opened = SqliteStore::open(disk, clock, random, std::move(options), kMigrations);
  if (!opened) {
    fmt::print(stderr, "{}\n", opened.error().detail);
    std::exit(1);
  }
  fmt::print("  opened an empty store in {:.1f} ms\n",
             std::chrono::duration<double, std::milli>(clock.mono() - opening).count());
  SqliteStore& store = **opened;
  std::int64_t next_id = 0;
  std::deque<std::int64_t> live;  // Filled by the writer's hook, emptied here.
  std::mutex live_mutex;
  std::vector<float> waits;
  waits.reserve(4'000'000);
  MonoTime begin = clock.mono();
  double cpu_begin = cpu_seconds();
  const auto committer = [&]() -> asio::awaitable<void> {
    for (MonoTime now = begin; now < begin + length;) {
      Unit unit = make_unit(++next_id);
      unit.after_commit([&](WallTime, std::span<const std::int64_t> locations) {
        const std::lock_guard guard(live_mutex);
        live.push_back(locations[0]);
      });
      {
        const std::lock_guard guard(live_mutex);
        if (live.size() > kLiveMax) {
          unit.release(live.front());
          live.pop_front();
        }
      }
      const Result<WallTime> outcome = co_await store.commit(std::move(unit));
      PR_ASSERT(outcome.has_value());
      const MonoTime done = clock.mono();
      waits.push_back(std::chrono::duration<float, std::milli>(done - now).count());
      now = done;
    }
  };
  const auto run = [&] {
    asio::io_context context;
    begin = clock.mono();
    cpu_begin = cpu_seconds();
    waits.clear();
    for (int i = 0; i < committers; ++i) asio::co_spawn(context, committer(), asio::detached);
    context.run();
  };
  run();  // Until segments are recycled; then the run that counts.
  run();
  const double seconds = std::chrono::duration<double>(clock.mono() - begin).count();
  const double cpu = cpu_seconds() - cpu_begin;
  std::ranges::sort(waits);
  const auto count = static_cast<double>(waits.size());
  const auto at = [&](double share) { return waits[static_cast<std::size_t>(share * (count - 1))]; };
  return {count / seconds, cpu * 1e6 / count, at(0.5), at(0.99)};
}

/// Groups of as many contents as there are committers, one write and one sync each, into a file written once before.
double measure_raw(const std::string& path, int group, MonoTime::duration length) {
  constexpr std::uint64_t kFileBytes = 256u << 20;
  RealDisk disk;
  SystemClock clock;
  auto file = disk.open(path, Disk::Open::kCreate);
  PR_ASSERT(file.has_value());
  const std::string zeros(1u << 20, '\0');
  for (std::uint64_t at = 0; at < kFileBytes; at += zeros.size()) PR_ASSERT((*file)->pwrite(zeros, at).has_value());
  PR_ASSERT((*file)->sync().has_value());
  const std::string bytes(kContentBytes * static_cast<std::size_t>(group), 'x');
  const MonoTime begin = clock.mono();
  std::int64_t done = 0;
  for (std::uint64_t at = 0; clock.mono() < begin + length; at += bytes.size()) {
    if (at + bytes.size() > kFileBytes) at = 0;
    PR_ASSERT((*file)->pwrite(bytes, at).has_value());
    PR_ASSERT((*file)->sync().has_value());
    done += group;
  }
  return static_cast<double>(done) / std::chrono::duration<double>(clock.mono() - begin).count();
}

void measure(const std::string& directory, int committers, MonoTime::duration length) {
  fmt::print("{} committers\n", committers);
  const double raw_before = measure_raw(directory + "/raw", committers, length / 2);
  const Measured store = measure_store(directory + "/store", committers, length);
  const double raw_after = measure_raw(directory + "/raw", committers, length / 2);
  const double raw = (raw_before + raw_after) / 2;
  fmt::print("  store    {:8.0f} units/s  {:5.1f} us CPU/unit  p50 {:.2f} ms  p99 {:.2f} ms\n", store.per_second,
             store.cpu_microseconds, store.p50_milliseconds, store.p99_milliseconds);
  fmt::print("  raw      {:8.0f} contents/s (before {:.0f}, after {:.0f})\n", raw, raw_before, raw_after);
  fmt::print("  ratio    {:8.2f}\n", store.per_second / raw);
}

}  // namespace
}  // namespace postroad::storage

int main(int count, char** arguments) {
  if (count < 2) {
    fmt::print(stderr, "usage: group_commit DIRECTORY [seconds]\n");
    return 2;
  }
  const std::chrono::seconds length{count > 2 ? std::atoi(arguments[2]) : 5};
  for (const int committers : {1, 20, 100}) {
    const std::string directory = fmt::format("{}/bench-{}", arguments[1], committers);
    std::filesystem::create_directories(directory);
    postroad::storage::measure(directory, committers, length);
    std::filesystem::remove_all(directory);
  }
  return 0;
}
