// Every point at which the disk can fail, one after another, and a power cut after each: what was acknowledged is
// there, whole; what was not is there whole or not at all; and after a failed sync nothing is acknowledged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "storage/testing/fault_disk.h"
#include "storage/testing/store_fixture.h"

namespace postroad::storage {
namespace {

using namespace testing;  // NOLINT: the fixtures are written for these tests.
using Call = FaultDisk::Call;
using Fault = FaultDisk::Fault;

constexpr int kRounds = 6;
constexpr int kLettersPerRound = 4;
const std::string kDirectory = "/data";
const std::set<Call> kAll{Call::kWrite, Call::kSync, Call::kSyncDirectory, Call::kChange};
const std::set<Call> kSyncs{Call::kSync, Call::kSyncDirectory};

std::string content_of(std::int64_t id) {
  std::string content = "letter " + std::to_string(id) + ": ";
  content.append(300 + static_cast<std::size_t>(id) * 397 % 4'000, static_cast<char>('a' + id % 26));
  return content;
}

/// Commits letters a few at a time, removes some, and remembers what it was told.
struct Workload {
  explicit Workload(FaultDisk& d) : disk(d) {}

  FaultDisk& disk;
  ManualClock clock;
  SeededRandom random{7};
  std::unique_ptr<SqliteStore> store;
  bool opened = false;
  enum class Told : std::uint8_t { kNothing, kAccepted, kRefused, kUnknown };
  std::map<std::int64_t, Told> letters_told;
  std::map<std::int64_t, Told> removals_told;
  bool poisoned = false;
  bool struck_while_open = false;
  int acknowledged_after_poison = 0;
  int refused_after_recovery = 0;  ///< When the disk works again and nothing was lost.

  Result<void> open() {
    SqliteStore::Options options;
    options.directory = kDirectory;
    options.segment_bytes = 64 << 10;
    options.checkpoint_pages = 12;
    options.threads = false;
    options.live_contents = &kLetterLocations;
    options.on_poisoned = [this](const Error&) { poisoned = true; };
    ASSIGN_OR_RETURN(store, SqliteStore::open(disk, clock, random, std::move(options), kTestMigrations));
    opened = true;
    return {};
  }

  /// kDiskFailed leaves open whether the unit is there; every other refusal says that it is not.
  static Told told(const Result<WallTime>& outcome) {
    if (outcome) return Told::kAccepted;
    return outcome.error().code == ErrorCode::kDiskFailed ? Told::kUnknown : Told::kRefused;
  }

  asio::awaitable<void> write(std::int64_t id) {
    letters_told[id] = Told::kNothing;
    const bool poisoned_before = poisoned;
    Unit unit = letter_unit(id, content_of(id));
    const Result<WallTime> outcome = co_await store->commit(std::move(unit));
    letters_told[id] = told(outcome);
    if (outcome && poisoned_before) ++acknowledged_after_poison;
  }

  asio::awaitable<void> remove(std::int64_t id, std::int64_t location) {
    removals_told[id] = Told::kNothing;
    Unit unit;
    unit.add(kDelete, {id}, {Expectation::Rows::kExactlyOne, {}});
    unit.release(location);
    const Result<WallTime> outcome = co_await store->commit(std::move(unit));
    removals_told[id] = told(outcome);
  }

  void round(int number) {
    asio::io_context context;
    for (int i = 0; i < kLettersPerRound; ++i) {
      asio::co_spawn(context, write(number * kLettersPerRound + i + 1), asio::detached);
    }
    if (number >= 2) {
      auto found = letters(*store);
      if (found && !found->empty()) {
        asio::co_spawn(context, remove(found->front().id, found->front().location), asio::detached);
      }
    }
    context.run();
    clock.advance(std::chrono::milliseconds(3));
  }

  void run_all() {
    if (!open()) return;
    for (int number = 0; number < kRounds; ++number) round(number);
    struck_while_open = disk.struck();
    if (struck_while_open && !poisoned) {
      disk.plan({});
      round(kRounds);
      for (int i = 1; i <= kLettersPerRound; ++i) {
        if (letters_told[kRounds * kLettersPerRound + i] != Told::kAccepted) ++refused_after_recovery;
      }
    }
    store.reset();
  }
};

/// What a fresh process finds must be what the earlier one said. The answer is what is not so.
std::vector<std::string> broken_promises(FaultDisk& disk, const Workload& before) {
  using Told = Workload::Told;
  std::vector<std::string> broken;
  const auto say = [&](std::int64_t id, std::string what) { broken.push_back("letter " + std::to_string(id) + " " + what); };
  Workload after(disk);
  if (const Result<void> opened = after.open(); !opened) return {"does not open: " + opened.error().detail};
  auto all = letters(*after.store);
  if (!all) return {"does not read: " + all.error().detail};
  std::map<std::int64_t, Letter> found;
  for (const Letter& letter : *all) found.emplace(letter.id, letter);

  for (const auto& [id, told] : before.letters_told) {
    const auto removal = before.removals_told.find(id);
    const Told removed = removal == before.removals_told.end() ? Told::kRefused : removal->second;
    const bool there = found.contains(id);
    if (told == Told::kAccepted && removed == Told::kRefused && !there) say(id, "was accepted and is lost");
    if (told == Told::kRefused && there) say(id, "was refused and is there");
    if (removed == Told::kAccepted && there) say(id, "was removed and is back");
  }
  for (const auto& [id, letter] : found) {
    if (!before.letters_told.contains(id)) say(id, "was never sent");
    const Result<std::string> content = after.store->read_content(letter.location);
    if (!content) say(id, "has no content: " + content.error().detail);
    if (content && *content != content_of(id)) say(id, "has another's content");
    std::int64_t facts = 0;
    (void)after.store->query_now(kCountFacts, {id}, [&](const Row& row) { facts = row.integer(0); });
    if (facts != 1) say(id, "is there by halves");
  }

  // And life goes on: new letters do not disturb the old ones.
  for (std::int64_t id = 1'001; id <= 1'003; ++id) {
    run(after.write(id));
    if (after.letters_told[id] != Told::kAccepted) say(id, "is not accepted after the restart");
  }
  auto bad = after.store->verify(kLetterLocations);
  if (!bad || !bad->empty()) broken.emplace_back("after three more letters not all content is there");
  return broken;
}

std::uint64_t calls_of_whole_run(const std::set<Call>& kinds) {
  FaultDisk disk;
  FaultDisk::Plan plan;
  plan.kinds = kinds;
  disk.plan(plan);
  Workload workload(disk);
  workload.run_all();
  EXPECT_EQ(workload.letters_told.size(), static_cast<std::size_t>(kRounds) * kLettersPerRound);
  for (const auto& [id, told] : workload.letters_told) EXPECT_EQ(told, Workload::Told::kAccepted) << id;
  return disk.calls();
}

struct Sweep {
  std::string_view name;
  Fault fault;
  std::set<Call> kinds;
  std::uint64_t times;
  bool must_poison;            ///< Once the store is open, the fault ends acceptance.
  bool cut_recovery = false;   ///< The power fails once more while the next start recovers.
  bool restart_first = false;  ///< The process starts again, on the running disk, before the power fails.
};

class FaultSweep : public ::testing::TestWithParam<Sweep> {};

TEST_P(FaultSweep, KeepsEveryPromiseWhereverItStrikes) {
  const Sweep& sweep = GetParam();
  const std::uint64_t calls = calls_of_whole_run(sweep.kinds);
  ASSERT_GT(calls, 10U);
  std::uint64_t struck = 0;
  for (std::uint64_t at = 1; at <= calls; ++at) {
    for (const unsigned keep : {0U, 128U, 256U}) {
      SCOPED_TRACE(::testing::Message() << "call " << at << " of " << calls << ", keeping " << keep << "/256");
      FaultDisk disk;
      disk.plan({at, sweep.kinds, sweep.fault, sweep.times});
      Workload workload(disk);
      workload.run_all();
      if (workload.opened && sweep.must_poison && workload.struck_while_open) {
        EXPECT_TRUE(workload.poisoned);
      }
      EXPECT_EQ(workload.acknowledged_after_poison, 0);
      if (sweep.fault != Fault::kPowerCut) {
        EXPECT_EQ(workload.refused_after_recovery, 0);
      }
      struck += disk.struck() || workload.struck_while_open ? 1 : 0;
      workload.store.reset();
      if (sweep.restart_first) {
        disk.plan({});
        Workload again(disk);
        ASSERT_TRUE(again.open() && again.store != nullptr);
        disk.cut_power();  // While it is open: nothing is tidied up.
        again.store.reset();
      }
      disk.cut_power();
      disk.restart(at * 3 + keep, keep);
      if (sweep.cut_recovery) {
        disk.plan({at % 16 + 1, kAll, Fault::kPowerCut, 1});
        Workload again(disk);
        (void)again.open();
        again.store.reset();
        disk.cut_power();
        disk.restart(at * 7 + keep, keep);
      }
      ASSERT_THAT(broken_promises(disk, workload), ::testing::IsEmpty());
    }
  }
  EXPECT_GT(struck, calls) << "the sweep must reach its faults";
}

INSTANTIATE_TEST_SUITE_P(
    Disk, FaultSweep,
    ::testing::Values(Sweep{"PowerCut", Fault::kPowerCut, kAll, 1, false},
                      Sweep{"PowerCutAndAnotherInRecovery", Fault::kPowerCut, kAll, 1, false, true},
                      Sweep{"SyncFailsAndTheProcessStartsAgain", Fault::kIoError, kSyncs, 1, true, false, true},
                      Sweep{"SyncFailsOnce", Fault::kIoError, kSyncs, 1, true},
                      Sweep{"SyncFailsFromThenOn", Fault::kIoError, kSyncs, 1'000'000, true},
                      Sweep{"WriteFailsOnce", Fault::kIoError, {Call::kWrite}, 1, false},
                      Sweep{"DiskFullOnce", Fault::kFull, {Call::kWrite, Call::kChange}, 1, false},
                      Sweep{"ShortWriteOnce", Fault::kShortWrite, {Call::kWrite}, 1, false},
                      Sweep{"ShortWritesForAWhile", Fault::kShortWrite, {Call::kWrite}, 5, false}),
    [](const auto& info) { return std::string(info.param.name); });

// The sweep itself is tested: a disk that only pretends to sync must be found out.
class PretendedSync : public ::testing::TestWithParam<std::string> {};

TEST_P(PretendedSync, IsFoundOutBySomePowerCut) {
  const std::uint64_t calls = calls_of_whole_run(kAll);
  std::size_t found_out = 0;
  for (std::uint64_t at = 1; at <= calls && found_out == 0; ++at) {
    FaultDisk disk;
    disk.pretend_to_sync(GetParam());
    disk.plan({at, kAll, Fault::kPowerCut, 1});
    Workload workload(disk);
    workload.run_all();
    disk.cut_power();
    disk.restart(at, 0);
    disk.pretend_to_sync("");
    found_out += broken_promises(disk, workload).size();
  }
  EXPECT_GT(found_out, 0U);
}

INSTANTIATE_TEST_SUITE_P(Of, PretendedSync, ::testing::Values(".seg", "-wal", ".db", "/spool", "/data"),
                         [](const auto& info) {
                           std::string name;
                           for (const char c : info.param) name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
                           return name;
                         });

}  // namespace
}  // namespace postroad::storage
