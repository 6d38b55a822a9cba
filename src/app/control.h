#pragma once
#include <functional>
#include <map>
#include <string>

#include "app/core.h"
#include "queue/queue.h"
#include "search/search.h"

namespace postroad::app {

namespace asio = boost::asio;

using ControlParameters = std::map<std::string, std::string>;

/// What answers are made from. Borrowed.
struct ControlParts {
  Core& core;
  search::Search& search;
  queue::Queue* queue;  ///< Null: the server is not running.
  std::string hostname;  ///< [server] hostname; empty: the question names it.
  std::function<Result<std::string>()> reload;  ///< Server::reload; on loop 0.
};

/// What an operator asks of the store, by the command line: over a Unix socket that only the server's user can open
/// while the server runs, in the command's own process while it does not.
class Control {
 public:
  using Parameters = ControlParameters;
  explicit Control(ControlParts parts) : parts_(std::move(parts)) {}

  /// `name` is one of the table in control.cc; the answer is one JSON object. kNotFound, kConflict, kInvalidArgument with
  /// sentences for the operator.
  asio::awaitable<Result<std::string>> call(std::string name, Parameters parameters);

 private:
  ControlParts parts_;
};

}  // namespace postroad::app
