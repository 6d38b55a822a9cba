#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdio>

#include "app/cli.h"
#include "app/remote.h"
#include "app/store_question.h"
#include "base/random.h"
#include "base/text.h"

namespace postroad::app {
namespace {

namespace json = boost::json;

constexpr std::size_t kPasswordBytes = 15;  ///< as 20 characters

std::int64_t count_at(const json::object& object, std::string_view key) {
  return static_cast<std::int64_t>(number_at(object, key));
}

int print_audit(const json::object& answer) {
  const bool balanced = answer.at("balanced").as_bool();
  fmt::print("accepted {}  =  ended {}  +  waiting {}\n", count_at(answer, "accepted"), count_at(answer, "ended"),
             count_at(answer, "waiting"));
  fmt::print("lost {}, ended twice {}, ended and waiting {}: {}\n", count_at(answer, "lost"), count_at(answer, "ended_twice"),
             count_at(answer, "ended_and_waiting"), balanced ? "balanced" : "NOT BALANCED, please report this");
  return balanced ? kExitDone : kExitFailed;
}

int print_state(const json::object& answer) {
  const bool paused = text_at(answer, "state") == "disabled";
  print_done(fmt::format("{} is {}", text_at(answer, "name"), paused ? "paused: new mail is refused, what waits goes on waiting" : "active"));
  return kExitDone;
}

/// Rows of a list, the named fields of each.
int print_rows(const json::object& answer, std::string_view list, std::initializer_list<std::string_view> fields) {
  for (const json::value& row : answer.at(list).as_array()) {
    std::string line;
    for (const std::string_view field : fields) line += fmt::format("{}{}", line.empty() ? "" : "  ", text_at(row.as_object(), field));
    fmt::print("{}\n", line);
  }
  return kExitDone;
}

/// What is shown once goes to standard output alone, so that it can be piped.
int print_secret(const json::object& answer, std::string_view secret, const std::string& about) {
  fmt::print("{}\n", text_at(answer, secret));
  print_done(about + "; it is shown only now");
  return kExitDone;
}

int print_answer(const std::string& call, const json::object& answer) {
  if (call == "audit") return print_audit(answer);
  if (call == "domain_list") return print_rows(answer, "domains", {"name", "state", "created_at"});
  if (call == "key_create") {
    return print_secret(answer, "secret", fmt::format("API key {} ({})", text_at(answer, "id"), text_at(answer, "role")));
  }
  if (call == "key_list") return print_rows(answer, "keys", {"id", "role", "description"});
  if (call == "credential_list") return print_rows(answer, "credentials", {"login", "created_at"});
  if (call == "credential_create" && answer.contains("password")) {
    return print_secret(answer, "password", fmt::format("password of {}", text_at(answer, "login")));
  }
  if (call == "domain_state") return print_state(answer);
  if (answer.contains("records")) {
    print_records(answer);
    return kExitDone;
  }
  print_done(text_at(answer, "message"));
  return kExitDone;
}

/// The password of a new login: from a file, or made here.
Result<void> add_password(OperatorArguments& arguments) {
  std::string& file = arguments.parameters["password_file"];
  if (file.empty()) {
    std::string bytes(kPasswordBytes, '\0');
    SystemRandom().fill({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
    arguments.parameters["password"] = base64url_encode(bytes);
    arguments.parameters["show"] = "yes";
    return {};
  }
  ASSIGN_OR_RETURN(const std::string text, read_value(file == "-" ? "-" : "@" + file));
  arguments.parameters["password"] = std::string(trim(text));
  return {};
}

}  // namespace

int operator_command(const OperatorArguments& given) {
  OperatorArguments arguments = given;
  if (arguments.call == "credential_create") {
    if (const Result<void> added = add_password(arguments); !added) return report(added.error());
  }
  const Result<std::string> data_dir = find_store(arguments.store);
  if (!data_dir) {
    if (data_dir.error().code != ErrorCode::kNotFound) return refuse_settings(data_dir.error());
    print_error(data_dir.error().detail);
    print_docs("docs/operating/cli.md, \"Which server, which store\"");
    return kExitNotFound;
  }
  if (arguments.call.starts_with("domain_")) {  // For records; a server that runs knows better.
    arguments.parameters["hostname"] = load_settings(arguments.store.config)->text("server.hostname");
  }
  const Result<std::string> answer = ask_store(*data_dir, arguments.call, arguments.parameters);
  if (!answer) return report(answer.error());
  if (arguments.jsonl) {
    const json::value parsed = json::parse(*answer);
    for (const json::value& one : parsed.at(arguments.list).as_array()) fmt::print("{}\n", json::serialize(one));
    return kExitDone;
  }
  if (!arguments.json) return print_answer(arguments.call, json::parse(*answer).as_object());
  fmt::print("{}\n", *answer);
  const bool unbalanced = arguments.call == "audit" && !json::parse(*answer).at("balanced").as_bool();
  return unbalanced ? kExitFailed : kExitDone;
}

}  // namespace postroad::app
