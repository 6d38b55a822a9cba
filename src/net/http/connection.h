#pragma once
#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "net/http/chunk_decoder.h"
#include "net/http/head_parser.h"
#include "net/http/server.h"

namespace postroad::net::http {

class Connection;

/// What the connections of a server share.
struct ServerState {
  ServerState(const Server::World& w, Handler& h, const ServerSettings& s) : world(w), handler(h), settings(s) {}
  Server::World world;
  Handler& handler;
  ServerSettings settings;
  std::atomic<bool> draining{false};
  bool ended = false;  ///< Under `mutex`: stop() is over.
  std::mutex mutex;
  std::list<std::weak_ptr<Connection>> connections;  ///< Under `mutex`.
};

/// One connection: requests in, responses out, in order.
class Connection : public std::enable_shared_from_this<Connection> {  // shared by its coroutine and drain()
 public:
  Connection(std::shared_ptr<ServerState> server, StreamPtr stream);

  asio::awaitable<void> run();
  asio::any_io_executor executor() { return stream_->executor(); }
  /// On its loop: ends when no request is under way, else after that one's response. Who has not asked anything yet may still.
  void drain();
  /// The same for those.
  void drain_newcomer();
  /// On its loop: ends now.
  void close() { stream_->close(); }

 private:
  friend class ConnectionBody;

  /// False: the connection ends.
  asio::awaitable<bool> serve_one();
  asio::awaitable<Outcome<void>> read_head();
  asio::awaitable<Outcome<Framing>> read_request();
  asio::awaitable<Response> answer(Body& body);
  asio::awaitable<bool> write_response(const Response& response, bool keep_alive);
  asio::awaitable<void> write_source(BodySource& source);
  asio::awaitable<bool> refuse_request(Refusal refusal);
  /// More input behind what is buffered.
  asio::awaitable<Result<void>> fill(Deadline deadline);
  void refresh_date();
  void choose_request_id();
  MonoTime now() const { return server_->world.clock.mono(); }
  std::string_view buffered() const { return {input_.data() + input_begin_, input_end_ - input_begin_}; }

  std::shared_ptr<ServerState> server_;
  StreamPtr stream_;
  std::vector<char> input_;       ///< Room for input; what was read and not used yet is [input_begin_, input_end_).
  std::size_t input_begin_ = 0;
  std::size_t input_end_ = 0;
  std::string output_;
  HeadScanner scanner_;
  Request request_;
  std::string date_;
  std::int64_t date_second_ = 0;
  std::string id_prefix_;
  std::uint64_t requests_ = 0;
  bool idle_ = true;
};

}  // namespace postroad::net::http
