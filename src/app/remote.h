#pragma once
#include <boost/json.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/commands.h"
#include "app/machine.h"
#include "net/http/client.h"

namespace postroad::app {

/// Which server a command calls and with which key, and what decided it: "the flag", a variable's name, "login", or "the
/// sandbox's default".
struct RemoteChoice {
  std::string url, url_from;
  std::string key, key_from;
  std::string ca_file;
};
/// Flags before environment before `postroad login` before the sandbox. kUnauthorized, kInvalidArgument: the profile of the login
/// cannot be used.
Result<RemoteChoice> choose_remote(const RemoteArguments& arguments);

/// The HTTP API of a server, for commands: each call blocks.
class Remote {
 public:
  static constexpr std::chrono::seconds kAnswerMax{30};
  static constexpr std::string_view kSandboxUrl = "http://127.0.0.1:8025";
  static constexpr std::string_view kSandboxKey = "key-dev";

  /// As choose_remote says; kInvalidArgument also: not a URL, or a file of certificates that cannot be read.
  static Result<std::unique_ptr<Remote>> at(const RemoteArguments& arguments);
  /// Whether flags or environment name a server.
  static bool is_named(const RemoteArguments& arguments);
  ~Remote();

  /// The answer, whatever its status; an error when there is none. `wait` is added to kAnswerMax.
  Result<net::http::ClientResponse> call(const std::string& method, const std::string& path, std::string body = {},
                                         const std::string& content_type = {}, std::chrono::seconds wait = {});
  /// The JSON object of a 200; any other status is an error: 401 and 403 kUnauthorized, 404 kNotFound, 429
  /// kQuotaExceeded, 503 transient, the rest kInvalidArgument with the server's own words.
  Result<boost::json::object> get(const std::string& path, std::chrono::seconds wait = {});
  /// The path, with query, of a URL that this server gave, wherever it believes to be reachable.
  static Result<std::string> path_of(const std::string& url);
  /// Sleeps, for polling.
  void pause(std::chrono::milliseconds length);
  WallTime now() const;
  MonoTime mono() const;
  const std::string& url() const { return url_; }

 private:
  Remote(std::string url, std::string key, std::unique_ptr<net::ClientTls> tls, std::unique_ptr<Machine> machine);

  const std::string url_, key_;
  std::unique_ptr<net::ClientTls> tls_;
  std::unique_ptr<Machine> machine_;
};

/// What an answer that is no 200 means.
Error error_of_answer(const net::http::ClientResponse& response);
/// Prints the error with a hint where there is one; the command's exit code.
int report(const Error& error);

std::string text_at(const boost::json::object& object, std::string_view key);
double number_at(const boost::json::object& object, std::string_view key);
/// Null: there is none.
const boost::json::object* object_at(const boost::json::object& object, std::string_view key);

/// What a value of a flag stands for: `@FILE` and `-` (standard input) are read, anything else is itself.
Result<std::string> read_value(const std::string& value);
Result<std::string> read_whole_file(const std::string& path);
/// Nullopt, and printed, when it is no time such as 10s.
std::optional<std::chrono::seconds> read_timeout(const std::string& text, const char* flag);

}  // namespace postroad::app
