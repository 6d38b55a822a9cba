#include <atomic>
#include <random>
#include <thread>

#include "search/search_fixture.h"

namespace postroad::search {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

/// 1,000 events of five kinds and three domains over three days, and what is asked of them.
class EverySearch : public SearchTest {
 protected:
  void append_history() {
    std::vector<Fact> batch;
    for (int i = 0; i < 1000; ++i) {
      Fact fact{.domain = 1 + draw(3), .type = static_cast<events::EventType>(1 + draw(5))};
      fact.recipient = "user" + std::to_string(draw(50)) + (draw(2) == 0 ? "@north.example" : "@south.test");
      fact.subject = draw(3) == 0 ? "Your order " + std::to_string(draw(100)) : "News of the week";
      fact.tag = draw(10) == 0 ? "rare" : "common";
      fact.message_id = std::to_string(i / 2) + "@mail.example";
      fact.size = draw(1000);
      batch.push_back(fact);
      if (draw(7) != 0) continue;
      append(batch);
      batch.clear();
      clock_.advance(std::chrono::minutes(draw(60)));
    }
    append(batch);
  }
  std::int64_t draw(std::int64_t below) { return static_cast<std::int64_t>(random_(generator_, std::uniform_int_distribution<std::int64_t>::param_type(0, below - 1))); }

  void expect_all(const char* when) {
    SCOPED_TRACE(when);
    const std::vector<std::vector<std::pair<std::string, std::string>>> filters = {
        {}, {{"event", "delivered"}}, {{"event", "delivered OR failed"}, {"tags", "rare"}}, {{"recipient", "user7@north.example"}},
        {{"recipient", "south.test"}}, {{"recipient", "NOT south.test"}, {"event", "accepted"}}, {{"subject", "order"}},
        {{"subject", "\"your order 7\" OR week"}}, {{"message-id", "<77@mail.example>"}}, {{"size", ">500 <600"}},
        {{"from", "app@mail.example"}, {"tags", "rare"}}, {{"attachment", "no"}, {"tag", "rare"}}, {{"event", "opened"}}};
    const std::int64_t start = 1'772'355'912'000'000;
    const std::int64_t day = 86'400'000'000;
    int hits = 0;
    for (const auto& texts : filters) {
      const FilterCondition asked = condition(texts);
      for (int i = 0; i < 6; ++i) {
        Query query{.domains = i % 3 == 0 ? std::vector<DomainId>{} : std::vector{DomainId{1 + draw(3)}}};
        query.ascending = i % 2 == 0;
        if (i > 1) query.begin = start + draw(2 * day);
        if (i > 2) query.end = query.begin + draw(2 * day);
        if (i > 3) query.after = draw(800);
        if (i > 4) query.before = query.after + draw(500);
        query.limit = static_cast<std::size_t>(1 + draw(300));
        const std::vector<std::int64_t> wanted = expected(query, asked);
        EXPECT_EQ(found(query, asked), wanted) << (texts.empty() ? "all" : texts[0].first + "=" + texts[0].second) << ", number " << i;
        hits += static_cast<int>(wanted.size());
        query.limit = 1'000'000;
        EXPECT_EQ(index_->count(query, asked).value(), static_cast<std::int64_t>(expected(query, asked).size()));
      }
    }
    EXPECT_GT(hits, 500) << "the searches found next to nothing: they prove nothing";
  }

  std::mt19937_64 generator_{7};
  std::uniform_int_distribution<std::int64_t> random_;
};

TEST_F(EverySearch, FindsWhatIsThereWhereverItLies) {
  append_history();
  expect_all("as the first search indexes it");
  catch_up();
  tidy();
  EXPECT_GT(parts().size(), 2u);
  expect_all("sealed, with a table in memory");
  clock_.advance(48h);
  tidy();
  EXPECT_EQ(index_->sealed_up_to(), journal_->last_sequence_now().value()) << "a day that is over is sealed";
  expect_all("sealed whole and merged by day");
  open_index();
  expect_all("after a restart");
  append_history();
  expect_all("grown again");
}

TEST_F(SearchTest, PartitionsHoldOneDayAndMergeWhenItIsOver) {
  for (int i = 0; i < 300; ++i) append({{}});
  clock_.advance(24h);
  for (int i = 0; i < 150; ++i) append({{}});
  catch_up();
  tidy();
  for (const PartitionPtr& part : index_->view()->parts) {
    EXPECT_EQ(day_of(part->times()->first), day_of(part->times()->last)) << part->path();
  }
  // The first day's three tables are one; of the second, one is full and one grows.
  EXPECT_THAT(parts(), ElementsAre("0000000000000001-0000000000000300.part", "0000000000000301-0000000000000400.part"));
}

TEST_F(SearchTest, FindsAnEventAsSoonAsItIsCommitted) {
  for (int i = 0; i < 3; ++i) {
    append({{.message_id = std::to_string(i) + "@x"}});
    EXPECT_THAT(found({}, condition({{"message-id", std::to_string(i) + "@x"}})), ElementsAre(i + 1));
  }
  append({{.type = events::EventType::kCanceled}});
  EXPECT_THAT(found({.ascending = true}, condition({})), ElementsAre(1, 2, 3)) << "an internal event is not shown";
}

TEST_F(SearchTest, FindsAnEventWithMoreWordsThanAreFiled) {
  std::string words;
  for (int i = 0; i < 400; ++i) words += "word" + std::to_string(i) + " ";
  append({{.subject = words, .tag = "long"}, {}});
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(found({}, condition({{"subject", "word399"}})), ElementsAre(1));
    EXPECT_THAT(found({}, condition({{"tag", "long"}, {"event", "delivered"}})), ElementsAre(1));
    EXPECT_THAT(found({}, condition({{"subject", "word400"}})), IsEmpty());
    EXPECT_THAT(found({}, condition({{"subject", "hello"}})), ElementsAre(2));
    clock_.advance(24h);
    tidy();  // Once in memory, once sealed.
  }
}

TEST_F(SearchTest, RebuildsWhatIsLost) {
  for (int i = 0; i < 350; ++i) append({{.subject = "number " + std::to_string(i)}});
  catch_up();
  tidy();
  ASSERT_THAT(parts(), SizeIs(3));
  ASSERT_TRUE(disk_.unlink(parts_directory() + "/" + parts()[1]).has_value());
  open_index();
  EXPECT_THAT(found({}, condition({{"subject", "150"}})), ElementsAre(151)) << "read from the journal meanwhile";
  tidy();
  EXPECT_THAT(parts(), SizeIs(3));
  EXPECT_THAT(found({}, condition({{"subject", "150"}})), ElementsAre(151));
  for (const std::string& name : parts()) ASSERT_TRUE(disk_.unlink(parts_directory() + "/" + name).has_value());
  open_index();
  EXPECT_THAT(found({.limit = 1000}, condition({})), SizeIs(350));
}

TEST_F(SearchTest, SurvivesEveryDamagedByte) {
  for (int i = 0; i < 120; ++i) append({{.subject = "number " + std::to_string(i)}});
  catch_up();
  tidy();
  ASSERT_THAT(parts(), SizeIs(1));
  const std::string path = parts_directory() + "/" + parts()[0];
  std::string whole(disk_.open(path, storage::Disk::Open::kReadOnly).value()->size().value(), '\0');
  ASSERT_TRUE(disk_.open(path, storage::Disk::Open::kReadOnly).value()->pread(whole, 0).has_value());
  int put_aside = 0;
  for (std::size_t at = 0; at < whole.size(); at += 97) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x41);
    ASSERT_TRUE(disk_.open(path, storage::Disk::Open::kCreate).value()->pwrite(damaged, 0).has_value());
    open_index();
    EXPECT_THAT(found({.limit = 1000}, condition({})), SizeIs(120)) << "byte " << at;
    EXPECT_THAT(found({}, condition({{"subject", "50"}})), ElementsAre(51)) << "byte " << at;
    if (!disk_.exists(path + ".damaged").value()) continue;
    ++put_aside;
    ASSERT_TRUE(disk_.unlink(path + ".damaged").has_value());
  }
  EXPECT_GT(put_aside, 20);
}

TEST_F(SearchTest, DropsAPartitionThatTheJournalDoesNotConfirm) {
  for (int i = 0; i < 150; ++i) append({{.subject = "first history"}});
  catch_up();
  tidy();
  ASSERT_THAT(parts(), SizeIs(1));
  // A backup is restored: the same numbers come to be given to other events.
  index_.reset();
  journal_.reset();
  store_.reset();
  ASSERT_TRUE(disk_.unlink(directory_.path() + "/postroad.db").has_value());
  clock_.advance(1h);
  open_store();
  for (int i = 0; i < 150; ++i) append({{.subject = "second history"}});
  open_index();
  EXPECT_THAT(parts(), IsEmpty());
  EXPECT_THAT(found({.limit = 1000}, condition({{"subject", "first"}})), IsEmpty());
  EXPECT_THAT(found({.limit = 1000}, condition({{"subject", "second"}})), SizeIs(150));
}

TEST_F(SearchTest, FollowersMissNothingWhileTheIndexGrows) {
  constexpr std::int64_t kEvents = 1500;
  std::atomic<bool> written{false};
  std::thread keeper([&] {
    while (!written) {
      EXPECT_TRUE(index_->catch_up(100).has_value());
      EXPECT_TRUE(index_->tidy().has_value());
    }
  });
  const auto follow = [&](std::size_t limit) {
    std::int64_t last = 0;
    while (last < kEvents) {
      const FilterCondition delivered = condition({{"event", "delivered"}});
      for (const std::int64_t sequence : found({.after = last, .ascending = true, .limit = limit}, delivered)) EXPECT_EQ(sequence, ++last);
      if (testing::Test::HasFailure()) return;
    }
  };
  std::thread one([&] { follow(7); });
  std::thread other([&] { follow(300); });
  for (std::int64_t i = 0; i < kEvents; i += 5) append(std::vector<Fact>(5));
  one.join();
  other.join();
  written = true;
  keeper.join();
  tidy();
  EXPECT_GT(parts().size(), 0u);
}

TEST_F(SearchTest, ForgetsWhatIsOlderAndTheAuditHolds) {
  using enum events::EventType;
  for (int i = 1; i <= 120; ++i) append({{.type = kAccepted, .recipient_id = i}, {.type = kDelivered, .recipient_id = i}});
  clock_.advance(24h);
  append({{.type = kAccepted, .recipient_id = 500}});
  clock_.advance(24h);
  append({{.type = kDelivered, .recipient_id = 500}});
  catch_up();
  tidy();
  net::AsioExecutor executor;
  executor.start();
  net::AsioTimers timers;
  Search search({.clock = clock_, .executor = executor, .timers = timers, .disk = disk_, .journal = *journal_},
                {.directory = parts_directory(), .retention = std::chrono::hours(36)});
  ASSERT_TRUE(search.open().has_value());
  search.tidy();
  ASSERT_TRUE(executor.run_on(0, search.forget()).has_value());
  EXPECT_THAT(journal_->read_now({}, true, 1000).value(), SizeIs(2)) << "of the first day nothing is left";
  EXPECT_THAT(parts(), SizeIs(1));
  auto all = executor.run_on(0, search.find({.limit = 1000}, std::make_shared<FilterCondition>(events::Filter{})));
  EXPECT_THAT(all.value(), SizeIs(2));
  const events::Audit audit = storage::testing::run(journal_->audit()).value();
  EXPECT_TRUE(audit.balanced());
  EXPECT_EQ(audit.accepted, 1);
  clock_.advance(13h);
  ASSERT_TRUE(executor.run_on(0, search.forget()).has_value());
  EXPECT_THAT(journal_->read_now({}, true, 1000).value(), SizeIs(1)) << "its acceptance is gone, its ending is not";
  EXPECT_TRUE(storage::testing::run(journal_->audit()).value().balanced());
  clock_.advance(36h);
  ASSERT_TRUE(executor.run_on(0, search.forget()).has_value());
  EXPECT_THAT(journal_->read_now({}, true, 1000).value(), IsEmpty()) << "also what was never sealed";
  executor.stop();
}

TEST_F(SearchTest, EndsASearchThatComparesTooMuch) {
  append({{.subject = "x"}, {.subject = "y"}, {.size = 6000}, {}});
  Query query{.ascending = true, .compared_max = 3};
  EXPECT_THAT(found(query, condition({{"size", ">5000"}})), ElementsAre(3)) << "what it has";
  query.compared_max = 2;
  const Result<std::vector<EventRow>> none = index_->find(query, condition({{"size", ">5000"}}));
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(found(query, condition({{"subject", "y"}})), ElementsAre(2)) << "an index compares next to nothing";
}

}  // namespace
}  // namespace postroad::search
