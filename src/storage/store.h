#pragma once
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "storage/unit.h"

namespace postroad::storage {

namespace asio = boost::asio;

/// One row of an answer; valid only inside the callback.
class Row {
 public:
  virtual ~Row() = default;
  virtual bool is_null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;
  virtual double real(int column) const = 0;
  virtual std::string_view text(int column) const = 0;  ///< Also for blobs.
};
using RowReader = std::function<void(const Row&)>;

/// Everything durable. One writer; readers on their own connections, which see every commit that has returned.
class Store {
 public:
  virtual ~Store() = default;

  /// Returns once the unit is on disk (content and rows synced), with the commit time. Any loop; resumes there.
  /// Refused by an expectation: that error. kDiskFull (transient): nothing was written, trying later can help.
  /// kDiskFailed: a sync failed; nothing more is accepted until restart. kShuttingDown: after stop().
  virtual asio::awaitable<Result<WallTime>> commit(Unit unit) = 0;

  /// Runs a query on a reader connection in a pool thread; `read` is called there, once a row, and must only copy.
  virtual asio::awaitable<Result<void>> query(const Statement& statement, std::vector<Value> values,
                                              RowReader read) = 0;
  /// The same on the calling thread: for start-up, command line and the queue's window loads on a pool.
  virtual Result<void> query_now(const Statement& statement, std::vector<Value> values, RowReader read) = 0;

  /// The content at a location that a committed row holds. kCorrupt when its seal does not hold: quarantine it,
  /// delete nothing. Reads through the page cache on the calling thread; content of up to a few MiB.
  virtual Result<std::string> read_content(std::int64_t location) = 0;

  /// False after a failed sync or while the disk is full: answer 503/451 before taking a body in.
  virtual bool writable() const = 0;
};

}  // namespace postroad::storage
