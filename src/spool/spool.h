#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/id_source.h"
#include "spool/due_listener.h"
#include "spool/message.h"
#include "spool/recent_contents.h"
#include "storage/store.h"

namespace postroad::spool {

namespace asio = boost::asio;

/// A lane as the store knows it.
struct LaneSummary {
  std::string lane;
  Priority priority = Priority::kBulk;
  WallTime next_due{};
  std::int64_t recipients = 0;
};

/// A message in a list of stored messages.
struct StoredMessage {
  Message message;
  std::int64_t waiting = 0;  ///< Recipients that have not ended.
};

/// A recipient that waits, without its message.
struct WaitingRecipient {
  RecipientId id;
  MessageId message;
  std::string address;
  std::string lane;
};

/// A round of releases, of messages accepted before `before`: how far it came. It looks at each message once, whatever waits.
struct ReleaseRound {
  WallTime before;
  WallTime accepted{};    ///< With `id`: the message behind which it goes on.
  MessageId id{0};
  bool hidden_gone = false;  ///< Hidden messages go first.
  bool done = false;
};

/// The durable store of accepted messages and of the recipients that have not ended. All writes go into the
/// caller's unit; once its commit returns, the message is ours.
class Spool {
 public:
  static constexpr std::size_t kRecipientsPerUnitMax = 5000;
  static constexpr std::int64_t kReleaseBatch = 100;  ///< Small: mail that is being accepted waits for each unit.
  static constexpr std::int64_t kRecallBatch = 5000;

  Spool(storage::Store& store, IdSource& ids) : store_(store), ids_(ids) {}

  /// Whom to tell of new recipients; before the first add.
  void set_listener(DueListener& listener) { listener_ = &listener; }

  MessageId new_message_id() { return MessageId{ids_.next()}; }
  RecipientId new_recipient_id() { return RecipientId{ids_.next()}; }

  /// Adds content, row and recipients; `message.location` and `.accepted` are filled by the commit. With no
  /// recipients the message is only stored (test mode).
  void add(storage::Unit& unit, Message message, std::string content, std::vector<Recipient> recipients);

  /// Ends a recipient: its row goes. The unit is refused with kConflict if it has ended before, so that no recipient
  /// ends twice.
  void end_recipient(storage::Unit& unit, RecipientId id) const;
  /// Ends recipients that nobody is going to try any more, and once that is durable tells the listener. kConflict as
  /// above.
  void withdraw_recipients(storage::Unit& unit, std::vector<WithdrawnRecipient> recipients) const;
  /// Puts off a recipient after an attempt. kConflict as above.
  void defer_recipient(storage::Unit& unit, const Recipient& recipient) const;

  /// Makes retries due at `now` that wait for a time after `beyond`; how many. Bounded by kRecallBatch a call.
  asio::awaitable<Result<std::int64_t>> recall_retries(WallTime now, WallTime beyond);

  Result<std::vector<LaneSummary>> lanes() const;
  /// The first `limit` recipients of a lane in order of due time, less those that are suspected of a crash.
  asio::awaitable<Result<std::vector<DueRecipient>>> load_window(std::string lane, Priority priority,
                                                                 std::int64_t limit) const;

  /// A recipient that has not ended, with its message.
  asio::awaitable<Result<std::optional<DueRecipient>>> find_waiting(RecipientId id) const;
  /// Recipients of a message that wait, those that are held only when they are wanted, in order of their ids above `after`.
  enum class Held : std::uint8_t { kWithout, kWith };
  asio::awaitable<Result<std::vector<DueRecipient>>> load_message(MessageId message, RecipientId after, std::int64_t limit, Held held) const;
  /// Recipients of a lane that are due after `time`, the first of them first.
  asio::awaitable<Result<std::vector<RecipientId>>> due_later(std::string lane, Priority priority, WallTime time, std::int64_t limit) const;
  /// It is due at `time`, unless it was before, or has ended.
  void make_due(storage::Unit& unit, RecipientId id, WallTime time) const;

  /// As it is on disk at this moment, for checks. kCorrupt as below.
  Result<std::string> content_on_disk(const Message& message) const { return store_.read_content(message.location); }
  /// The message's content, from memory or disk. kCorrupt: it must be held, not delivered.
  Result<std::shared_ptr<const std::string>> content(const Message& message) const;
  /// kNotFound when there is none, or the customer has deleted it.
  asio::awaitable<Result<Message>> find(MessageId id) const;
  /// Hides a message from `find`; it goes when its last recipient has ended. kNotFound as above.
  void hide(storage::Unit& unit, MessageId id) const;
  /// Recipients of a domain's mail that wait, in order of their ids above `after`.
  asio::awaitable<Result<std::vector<WaitingRecipient>>> waiting_of(DomainId domain, RecipientId after,
                                                                    std::int64_t limit) const;
  /// Newest first.
  asio::awaitable<Result<std::vector<StoredMessage>>> newest(std::int64_t limit, MessageId before) const;
  /// When the oldest of the newest `count` messages was accepted; nullopt when there are not more than that.
  asio::awaitable<Result<std::optional<WallTime>>> time_of_newest(std::int64_t count) const;
  /// A step of `round`: of kReleaseBatch messages, releases those whose recipients have all ended; how many went.
  asio::awaitable<Result<std::int64_t>> release_ended(ReleaseRound& round);

  const ContentBudget& budget() const { return budget_; }

 private:
  struct Released {
    std::int64_t id;
    std::int64_t location;
  };
  asio::awaitable<Result<std::vector<Released>>> next_ended(ReleaseRound& round);

  storage::Store& store_;
  IdSource& ids_;
  DueListener* listener_ = nullptr;
  ContentBudget budget_;
  mutable RecentContents recent_;
};

}  // namespace postroad::spool
