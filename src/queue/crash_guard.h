#pragma once
#include "base/random.h"
#include "events/journal.h"
#include "queue/attempts_file.h"
#include "queue/courier.h"

namespace postroad::queue {

/// How the former process ended, as far as anybody can tell.
enum class LastEnd : std::uint8_t {
  kUnknown,  ///< Nobody noted it. Counts as a fault.
  kFault,    ///< Of its own: a fatal signal that it saw, or the kernel had no memory left for it.
  kKilled,   ///< From outside, by a signal that nobody sees.
};

/// Which of the attempts that were left under way a crash is charged to: those among others, for any of them may be the
/// one; of suspects those that were tried apart, and only where none was, those that took long.
std::vector<spool::AttemptRange> charged_with(const std::vector<LeftAttempt>& left);

/// Keeps one message from ending the process again and again. Attempts are noted before they begin (AttemptsFile). At a start
/// those under way before are charged with a crash and become suspects, which are tried apart; whoever comes to an end is none
/// any more. A message with a recipient that has been charged kCrashesMax times is held, with an event for each recipient,
/// until an operator lets it go.
///
/// A kill from outside makes suspects and charges them with no more than that, unless it is the kKillsMax-th in a row in which
/// a suspect was under way and none came to an end between: what kills without a trace is found in the end, too.
class CrashGuard {
 public:
  static constexpr int kCrashesMax = 3;
  static constexpr std::int64_t kKillsMax = 10;
  static constexpr std::int64_t kBatch = 500;  ///< recipients that are held in one unit
  static constexpr std::string_view kReason = "the server ended three times while this message was being delivered";

  CrashGuard(Clock& clock, Random& random, storage::Store& store, const events::Journal& journal,
             std::unique_ptr<AttemptsFile> attempts, LastEnd last_end)
      : clock_(clock), random_(random), store_(store), quarantine_(store), journal_(journal), attempts_(std::move(attempts)), last_end_(last_end) {}

  /// Charges what was left and holds what has been charged too often; once, before the first attempt. Errors are the store's;
  /// it may be called again.
  asio::awaitable<Result<void>> charge();
  asio::awaitable<Result<std::vector<spool::DueRecipient>>> suspects(std::int64_t limit) { return quarantine_.suspects(limit); }

  /// Loop 0. The place to hand back.
  std::size_t began(const Job& job, Trial trial);
  void late(std::size_t place) { attempts_->changed(place, Trial::kLate); }
  void ended(std::size_t place) { attempts_->ended(place); }
  /// The process is about to end for another reason: what it cuts off is no crash. Nothing is noted any more.
  void close() { attempts_->close(); }

 private:
  std::int64_t kills_in_a_row() const;
  asio::awaitable<Result<std::size_t>> hold_some();

  Clock& clock_;
  Random& random_;
  storage::Store& store_;
  const spool::Quarantine quarantine_;
  const events::Journal& journal_;
  std::unique_ptr<AttemptsFile> attempts_;
  const LastEnd last_end_;
};

}  // namespace postroad::queue
