// postroad login, logout, whoami: which server the commands of this user call, and with which key.
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>

#include "app/cli.h"
#include "app/commands.h"
#include "app/output.h"
#include "app/profile.h"
#include "app/remote.h"
#include "base/json_writer.h"
#include "base/text.h"

namespace postroad::app {
namespace {

constexpr std::size_t kShownOfKey = 4;

std::string masked(const std::string& key) {
  return key.size() > 3 * kShownOfKey ? "…" + key.substr(key.size() - kShownOfKey) : "(set)";
}

/// What the server says of the key: no error when it takes it.
Result<void> try_key(const RemoteArguments& arguments) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Remote> remote, Remote::at(arguments));
  const Result<boost::json::object> domains = remote->get("/v3/domains?limit=1");
  return domains ? Result<void>{} : std::unexpected(domains.error());
}

}  // namespace

int login_command(const RemoteArguments& given) {
  RemoteArguments arguments = given;
  if (arguments.url.empty()) {
    print_error("login needs the server");
    print_hint("postroad login --url https://mail.example.com");
    print_docs("docs/operating/cli.md, \"Which server, which store\"");
    return kExitUsage;
  }
  if (arguments.key.empty()) {
    if (isatty(STDIN_FILENO) != 0) fmt::print(stderr, "API key: ");
    std::getline(std::cin, arguments.key);
    arguments.key = trim(arguments.key);
  }
  if (arguments.key.empty()) {
    print_error("login needs a key: --key, or a line on standard input");
    return kExitUsage;
  }
  if (!arguments.ca_file.empty()) arguments.ca_file = std::filesystem::absolute(arguments.ca_file).string();
  if (const Result<void> tried = try_key(arguments); !tried) return report(tried.error());
  const std::string path = profile_path();
  const Result<void> written = write_profile(path, {.url = arguments.url, .key = arguments.key, .ca_file = arguments.ca_file});
  if (!written) return report(written.error());
  print_done(fmt::format("{} from here on; noted in {}", arguments.url, path));
  return kExitDone;
}

int logout_command() {
  std::error_code error;
  if (std::filesystem::remove(profile_path(), error)) {
    print_done("the server and its key are forgotten");
  } else {
    print_done("nobody was logged in");
  }
  return kExitDone;
}

int whoami_command(const WhoamiArguments& arguments) {
  const Result<RemoteChoice> choice = choose_remote(arguments.remote);
  if (!choice) return report(choice.error());
  const Result<void> tried = try_key(arguments.remote);
  if (arguments.json) {
    JsonWriter json;
    json.begin_object().field("url", choice->url).field("url_from", choice->url_from).field("key", masked(choice->key));
    json.field("key_from", choice->key_from).field("accepted", tried.has_value()).end_object();
    fmt::print("{}\n", json.text());
  } else {
    fmt::print("{} (from {})\nkey {} (from {}){}\n", choice->url, choice->url_from, masked(choice->key), choice->key_from,
               tried ? ", which it takes" : "");
  }
  return tried ? kExitDone : report(tried.error());
}

}  // namespace postroad::app
