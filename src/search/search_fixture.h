#pragma once
// A journal in a real store, its index, and the plain answer to every search to compare with.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/json_writer.h"
#include "events/journal_repository.h"
#include "net/asio_executor.h"
#include "net/asio_timers.h"
#include "search/search.h"
#include "spool/spool_repository.h"
#include "storage/testing/store_fixture.h"

namespace postroad::search {

class SearchTest : public testing::Test {
 protected:
  static constexpr std::uint32_t kTableEvents = 100;

  SearchTest() {
    open_store();
    open_index();
  }

  void open_store() {
    index_.reset();
    journal_.reset();
    store_.reset();
    std::vector<storage::Migration> migrations;
    std::ranges::copy(spool::migrations(), std::back_inserter(migrations));
    std::ranges::copy(events::migrations(), std::back_inserter(migrations));
    auto opened = storage::SqliteStore::open(disk_, clock_, random_, {.directory = directory_.path(), .segment_bytes = 8u << 20}, migrations);
    ASSERT_TRUE(opened.has_value()) << opened.error().detail;
    store_ = *std::move(opened);
    journal_ = std::make_unique<events::Journal>(*store_);
  }
  void open_index() {
    index_ = std::make_unique<Index>(clock_, disk_, *journal_, Index::Options{.directory = parts_directory(), .table_events_max = kTableEvents});
    const Result<void> opened = index_->open(0);
    ASSERT_TRUE(opened.has_value()) << opened.error().detail;
  }
  std::string parts_directory() const { return directory_.path() + "/events"; }
  std::vector<std::string> parts() { return disk_.list(parts_directory()).value(); }

  /// What an event of the tests tells; its recipient's id, for audits.
  struct Fact {
    std::int64_t domain = 1;
    events::EventType type = events::EventType::kDelivered;
    std::string recipient = "ana@north.example", subject = "Hello", tag = "t", message_id = "m@x";
    std::int64_t size = 100;
    std::int64_t recipient_id = 0;
  };
  static std::string body_of(const Fact& fact) {
    JsonWriter json;
    json.begin_object().field("event", events::event_name(fact.type)).field("recipient", fact.recipient);
    json.key("tags").begin_array().string(fact.tag).end_array().key("message").begin_object().field("size", fact.size);
    json.key("headers").begin_object().field("subject", fact.subject).field("from", "Shop <app@mail.example>");
    json.field("message-id", fact.message_id).end_object().end_object().end_object();
    return json.take();
  }
  void append(const std::vector<Fact>& facts) {
    storage::Unit unit;
    for (const Fact& fact : facts) {
      events::Event event{.type = fact.type, .id = "", .domain = DomainId{fact.domain}, .message = MessageId{fact.recipient_id},
                          .recipient = RecipientId{fact.recipient_id}, .address = fact.recipient, .body = body_of(fact), .transcript = {}};
      if (fact.type == events::EventType::kDelivered) event.ending = events::Ending::kYes;
      journal_->append(unit, std::move(event));
    }
    ASSERT_TRUE(storage::testing::run(store_->commit(std::move(unit))).has_value());
  }

  void catch_up() {
    for (Result<bool> done = false; !*done;) {
      done = index_->catch_up(1000);
      ASSERT_TRUE(done.has_value()) << done.error().detail;
      if (!*done) tidy();
    }
  }
  void tidy() {
    for (Result<bool> more = true; *more;) {
      more = index_->tidy();
      ASSERT_TRUE(more.has_value()) << more.error().detail;
    }
  }

  static FilterCondition condition(const std::vector<std::pair<std::string, std::string>>& texts) {
    events::Filter filter;
    for (const auto& [name, text] : texts) {
      const auto known = std::ranges::find(events::filter_names(), name, &events::FilterName::name);
      EXPECT_TRUE(filter.add(*known, text).has_value()) << name << "=" << text;
    }
    return FilterCondition(std::move(filter));
  }
  std::vector<std::int64_t> found(const Query& query, const Condition& condition) {
    Result<std::vector<EventRow>> rows = index_->find(query, condition);
    EXPECT_TRUE(rows.has_value()) << rows.error().detail;
    std::vector<std::int64_t> sequences;
    for (const EventRow& row : rows.value_or(std::vector<EventRow>{})) sequences.push_back(row.sequence);
    return sequences;
  }
  /// The same by reading the whole journal.
  std::vector<std::int64_t> expected(const Query& query, const Condition& condition) {
    std::vector<std::int64_t> sequences;
    EventFields fields;
    auto all = journal_->read_now({}, query.ascending, 1'000'000).value();
    for (const events::StoredEvent& event : all) {
      const EventRow row{.sequence = event.sequence, .time = event.time.time_since_epoch().count(), .type = event.type, .domain = event.domain, .body = event.body};
      const bool of_domain = query.domains.empty() || std::ranges::find(query.domains, row.domain) != query.domains.end();
      fields.set(row.body);
      if (!of_domain || !events::is_shown(row.type) || row.time < query.begin || row.time > query.end) continue;
      if (row.sequence <= query.after || row.sequence >= query.before || !condition.matches(fields, row)) continue;
      if (sequences.size() < query.limit) sequences.push_back(row.sequence);
    }
    return sequences;
  }

  storage::testing::TemporaryDirectory directory_;
  ManualClock clock_;
  SystemRandom random_;
  storage::RealDisk disk_;
  std::unique_ptr<storage::SqliteStore> store_;
  std::unique_ptr<events::Journal> journal_;
  std::unique_ptr<Index> index_;
};

}  // namespace postroad::search
