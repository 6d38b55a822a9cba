#include "app/control_answers.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/json_writer.h"
#include "storage/segment_format.h"

namespace postroad::app {

asio::awaitable<Result<std::string>> answer_audit(ControlParts parts, ControlParameters) {
  Result<events::Audit> audit = co_await parts.core.journal->audit();
  if (!audit) co_return std::unexpected(std::move(audit).error());
  JsonWriter json;
  json.begin_object().field("accepted", audit->accepted).field("ended", audit->ended).field("waiting", audit->waiting);
  json.field("lost", audit->lost).field("ended_twice", audit->ended_twice);
  json.field("ended_and_waiting", audit->ended_and_waiting).field("balanced", audit->balanced()).end_object();
  co_return json.take();
}

/// Reads and verifies the content of the newest messages.
asio::awaitable<Result<std::string>> answer_sample(ControlParts parts, ControlParameters) {
  CO_ASSIGN_OR_RETURN(const std::vector<spool::StoredMessage> newest, co_await parts.core.spool->newest(kSampledMax, MessageId{INT64_MAX}));
  std::int64_t verified = 0;
  std::vector<std::string> damaged;
  std::vector<storage::Location> places;
  std::function<void()> work = [&] {
    std::size_t bytes = 0;
    for (const spool::StoredMessage& one : newest) {
      const Result<std::string> content = parts.core.spool->content_on_disk(one.message);
      if (!content) {
        damaged.push_back(content.error().detail);
        places.push_back(storage::Location::unpack(one.message.location));
        continue;
      }
      ++verified;
      bytes += content->size();
      if (bytes > kSampledBytesMax) return;
    }
  };
  co_await parts.core.executor.run_blocking("search", std::move(work));
  JsonWriter json;
  json.begin_object().field("verified", verified).key("damaged").begin_array();
  for (const std::string& what : damaged) json.string(what);
  json.end_array().key("places").begin_array();
  for (const storage::Location& at : places) {
    json.begin_object().field("segment", static_cast<std::int64_t>(at.segment)).field("offset", std::int64_t{at.offset}).end_object();
  }
  json.end_array().end_object();
  co_return json.take();
}

asio::awaitable<Result<std::string>> config_reload(ControlParts parts, ControlParameters) {
  if (!parts.reload) co_return fail_permanent(ErrorCode::kNotFound, "the server does not run: it reads its configuration when it starts");
  std::function<asio::awaitable<Result<std::string>>()> work = [&parts]() -> asio::awaitable<Result<std::string>> { co_return parts.reload(); };
  co_return co_await asio::co_spawn(parts.core.executor.loop(0), std::move(work), asio::use_awaitable);
}

}  // namespace postroad::app
