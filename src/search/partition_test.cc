// The two kinds of table against plain lists: long ones, rare ones, in both directions, sealed and merged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "search/candidates.h"
#include "search/seal.h"
#include "storage/real_disk.h"
#include "storage/testing/store_fixture.h"

namespace postroad::search {
namespace {

using Lists = std::map<Key, std::vector<std::uint32_t>>;

/// Key 10 has every event, 11 every third, 12 the first and the last; 1,000 others a few each, and one event 200 of them.
class Tables : public testing::Test {
 protected:
  std::shared_ptr<HotTable> make_table(std::int64_t after, std::uint32_t events, std::uint32_t first_ordinal) {
    auto table = std::make_shared<HotTable>(after, 100'000);
    std::vector<HotTable::Entry> batch;
    for (std::uint32_t i = 0; i < events; ++i) {
      HotTable::Entry entry;
      entry.row = {.sequence = after + 1 + 2 * i, .time = 1'000'000 * (after + i), .type = events::EventType::kDelivered,
                   .domain = DomainId{7}, .body = "{\"n\":" + std::to_string(first_ordinal + i) + "}"};
      entry.keys = {10};
      if ((first_ordinal + i) % 3 == 0) entry.keys.push_back(11);
      if (i == 0 || i + 1 == events) entry.keys.push_back(12);
      const int few = i == 1234 ? 200 : 2;
      for (int k = 0; k < few; ++k) entry.keys.push_back(1000 + static_cast<Key>(random_() % 1000) * 0x9e3779b97f4a7c15);
      std::ranges::sort(entry.keys);
      entry.keys.erase(std::unique(entry.keys.begin(), entry.keys.end()), entry.keys.end());
      for (const Key key : entry.keys) lists_[key].push_back(first_ordinal + i);
      batch.push_back(std::move(entry));
    }
    const Witness last{after + 2 * events, batch.back().row.time};
    table->add(std::move(batch), last);
    return table;
  }

  void expect_same(const Table& table, const char* what) {
    SCOPED_TRACE(what);
    ASSERT_EQ(table.size(), lists_[10].size());
    for (const auto& [key, list] : lists_) {
      EXPECT_TRUE(table.may_have(key).value());
      for (int i = 0; i < 6; ++i) {
        const auto from = i == 0 ? 0 : i == 1 ? table.size() - 1 : static_cast<std::uint32_t>(random_() % table.size());
        EXPECT_EQ(whole(table, key, from, true), std::vector(std::ranges::lower_bound(list, from), list.end())) << key << " from " << from;
        EXPECT_EQ(whole(table, key, from, false), std::vector(list.begin(), std::ranges::upper_bound(list, from))) << key << " to " << from;
      }
    }
    EXPECT_TRUE(table.run(999, 0, true).value().empty());
    EXPECT_TRUE(table.run(~Key{0}, 0, false).value().empty());
    for (std::uint32_t ordinal = 0; ordinal < table.size(); ordinal += 17) {
      const BlockInfo info = table.block_info(ordinal);
      const auto block = table.block(ordinal).value();
      ASSERT_EQ(block->size(), info.events);
      EXPECT_EQ(block->at(ordinal - info.first_ordinal).body, "{\"n\":" + std::to_string(ordinal) + "}");
      EXPECT_EQ(block->front().sequence, info.first_sequence);
      EXPECT_EQ(block->back().time, info.last_time);
    }
    for (const bool ascending : {true, false}) {
      EXPECT_EQ(candidates(table, {{11}, {lists_.rbegin()->first, 12}}, ascending), both(lists_[11], lists_.rbegin()->second, lists_[12], ascending));
    }
  }

  /// All runs of a key, one after the other.
  static std::vector<std::uint32_t> whole(const Table& table, Key key, std::uint32_t from, bool ascending) {
    std::vector<std::uint32_t> all;
    for (;;) {
      const std::vector<std::uint32_t> run = table.run(key, from, ascending).value();
      all.insert(ascending ? all.end() : all.begin(), run.begin(), run.end());
      if (run.empty() || (!ascending && run.front() == 0)) return all;
      from = ascending ? run.back() + 1 : run.front() - 1;
    }
  }
  static std::vector<std::uint32_t> candidates(const Table& table, const std::vector<AnyKey>& needs, bool ascending) {
    std::vector<std::uint32_t> all;
    Candidates found(table, needs, ascending ? 0 : UINT32_MAX, ascending);
    for (auto next = found.next(); next.value(); next = found.next()) all.push_back(**next);
    return all;
  }
  /// Those of `first` that are in one of the others.
  static std::vector<std::uint32_t> both(const std::vector<std::uint32_t>& first, const std::vector<std::uint32_t>& a,
                                         const std::vector<std::uint32_t>& b, bool ascending) {
    std::vector<std::uint32_t> all;
    for (const std::uint32_t ordinal : first) {
      if (std::ranges::binary_search(a, ordinal) || std::ranges::binary_search(b, ordinal)) all.push_back(ordinal);
    }
    if (!ascending) std::ranges::reverse(all);
    return all;
  }

  storage::testing::TemporaryDirectory directory_;
  storage::RealDisk disk_;
  std::mt19937_64 random_{11};
  Lists lists_;
};

TEST_F(Tables, HoldWhatWasPutIntoThem) {
  const std::shared_ptr<HotTable> table = make_table(0, 5000, 0);
  expect_same(*table, "in memory");
  const PartitionPtr sealed = seal(disk_, directory_.path(), *table).value();
  expect_same(*sealed, "sealed");
  EXPECT_EQ(sealed->range().up_to, 10'000);
  int surely_not = 0;
  for (Key key = 1; key < 1000; ++key) surely_not += sealed->may_have(key * 0x123456789abcdef).value() ? 0 : 1;
  EXPECT_GT(surely_not, 900);
}

TEST_F(Tables, MergeIntoOne) {
  std::vector<PartitionPtr> parts;
  std::int64_t after = 0;
  std::uint32_t events = 0;
  for (const std::uint32_t count : {700u, 1u, 2500u, 64u, 1300u}) {
    parts.push_back(seal(disk_, directory_.path(), *make_table(after, count, events)).value());
    after = parts.back()->range().up_to;
    events += count;
  }
  const PartitionPtr merged = merge(disk_, directory_.path(), parts).value();
  expect_same(*merged, "merged");
  EXPECT_EQ(merged->range().above, 0);
  EXPECT_EQ(merged->footer().witness.sequence, after);
  std::vector<PartitionPtr> again{merged};
  again.push_back(seal(disk_, directory_.path(), *make_table(after, 3000, events)).value());
  expect_same(*merge(disk_, directory_.path(), again).value(), "merged once more");
}

}  // namespace
}  // namespace postroad::search
