#pragma once
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "app/control.h"
#include "app/log_query.h"
#include "app/remote.h"

namespace postroad::app {

/// Where `postroad log` reads: this machine's store, in which everything retained is searched, or a server's events API. Blocks.
class LogSource {
 public:
  static constexpr std::size_t kReadMax = 1000;  ///< Events of one answer.
  static constexpr std::size_t kPageMax = 300;
  static constexpr std::size_t kRemoteReadMax = 100'000;  ///< Events of each domain that a remote server is asked for, page by page.
  static constexpr std::size_t kDomainsMax = 50;

  /// kNotFound: no store; and as Remote::at.
  static Result<LogSource> of(const LogArguments& arguments);

  struct Found {
    std::vector<LogEntry> entries;
    bool story = false;  ///< They are all of one message, oldest first.
    std::vector<std::string> cut;  ///< Domains of which kRemoteReadMax events were looked at, and older ones were not.
  };
  /// The newest `limit` that match; with `wants_story`, the whole story where all that match are of one message.
  Result<Found> newest(const LogQuery& query, std::size_t limit, bool wants_story);
  /// What matches and came since the last call, oldest first. `from_now`: what is there already is passed over.
  Result<std::vector<LogEntry>> next(const LogQuery& query, bool from_now);

 private:
  Result<void> find_domains(const std::string& wanted);
  Result<boost::json::object> ask_local(const LogQuery& query, const Control::Parameters& more);
  struct Bounds {
    std::size_t read_max;  ///< Events of each domain.
    std::size_t enough;    ///< Matching events, from where on nobody asks for more …
    bool of_several = false;  ///< … unless all of them are of one message: then it is wanted whole.
  };
  Result<std::vector<LogEntry>> newest_remote(const LogQuery& query, Bounds bounds);
  Result<void> read_domain(const std::string& domain, const LogQuery& query, Bounds bounds, std::vector<LogEntry>& into);
  Result<std::vector<LogEntry>> next_remote(const LogQuery& query, bool from_now);

  std::unique_ptr<Remote> remote_;  ///< Null: the store in `data_dir_`.
  std::vector<std::string> domains_;
  std::string data_dir_;
  std::int64_t reached_ = 0;      ///< Of the journal, by next().
  std::set<std::string> seen_;    ///< Of a remote server, by next().
  std::vector<std::string> cut_;  ///< By newest_remote().
};

}  // namespace postroad::app
