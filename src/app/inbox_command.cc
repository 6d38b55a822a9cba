// postroad inbox: captured mail, by the sandbox's own calls.
#include <fmt/format.h>

#include "app/cli.h"
#include "app/remote.h"
#include "net/http/percent.h"

namespace postroad::app {
namespace {

namespace json = boost::json;
using Mode = InboxArguments::Mode;
using net::http::percent_encode;

std::string recipients_text(const json::object& message) {
  const json::array& recipients = message.at("recipients").as_array();
  if (recipients.empty()) return text_at(message, "to");
  const auto count = static_cast<std::size_t>(number_at(message, "recipient_count"));
  return text_at(recipients.front().as_object(), "address") + (count > 1 ? fmt::format(" +{}", count - 1) : "");
}

int list(const InboxArguments& arguments, Remote& remote) {
  const Result<json::object> answer = remote.get(fmt::format("/_/api/inbox?limit={}&query={}", arguments.limit, percent_encode(arguments.query)));
  if (!answer) return report(answer.error());
  if (arguments.json) {
    fmt::print("{}\n", json::serialize(*answer));
    return kExitDone;
  }
  const json::array& messages = answer->at("messages").as_array();
  if (messages.empty()) print_done(fmt::format("nothing {}", arguments.query.empty() ? "captured yet" : "matches"));
  for (const json::value& value : messages) {
    if (arguments.jsonl) {
      fmt::print("{}\n", json::serialize(value));
      continue;
    }
    const json::object& message = value.as_object();
    fmt::print("{}  {}  →  {}  \"{}\"  {} B\n", text_at(message, "key"), text_at(message, "from"), recipients_text(message),
               text_at(message, "subject"), text_at(message, "bytes"));
  }
  return messages.empty() ? kExitNotFound : kExitDone;
}

int remove(const InboxArguments& arguments, Remote& remote) {
  if (arguments.key.empty() && !arguments.all) {
    print_error("which message? its key, or --all");
    return kExitUsage;
  }
  const std::string path = arguments.all ? "/_/api/inbox" : "/_/api/inbox/" + percent_encode(arguments.key);
  const Result<net::http::ClientResponse> answer = remote.call("DELETE", path);
  if (!answer) return report(answer.error());
  if (answer->status != 200) return report(error_of_answer(*answer));
  boost::json::error_code error;
  const json::value said = json::parse(answer->body, error);
  if (arguments.json) {
    fmt::print("{}\n", answer->body);
  } else if (!error && said.is_object()) {
    print_done(text_at(said.as_object(), "message"));
  }
  return kExitDone;
}

/// The message that is named, or the newest that matches, waited for.
Result<json::object> find(const InboxArguments& arguments, Remote& remote, std::chrono::seconds timeout) {
  if (!arguments.key.empty()) return remote.get("/_/api/inbox/" + percent_encode(arguments.key));
  std::string path = fmt::format("/_/api/inbox/wait?timeout={}s", timeout.count());
  for (const auto& [name, value] : {std::pair{"to", &arguments.to}, {"from", &arguments.from}, {"subject", &arguments.subject}}) {
    if (!value->empty()) path += fmt::format("&{}={}", name, percent_encode(*value));
  }
  return remote.get(path, timeout);
}

int print_code(const json::object& message) {
  const std::string code = text_at(message, "code");
  if (code.empty()) {
    print_error(fmt::format("no one-time code stands out in \"{}\"", text_at(message, "subject")));
    return kExitNotFound;
  }
  fmt::print("{}\n", code);
  return kExitDone;
}

int print_links(const json::object& message) {
  const json::array& links = message.at("links").as_array();
  for (const json::value& link : links) fmt::print("{}\n", std::string_view(link.as_string()));
  if (!links.empty()) return kExitDone;
  print_error(fmt::format("no link in \"{}\"", text_at(message, "subject")));
  return kExitNotFound;
}

int print_message(const json::object& message, const Remote& remote) {
  for (const auto& [name, key] : {std::pair{"From", "from"}, {"To", "to"}, {"Cc", "cc"}, {"Subject", "subject"}}) {
    if (const std::string value = text_at(message, key); !value.empty()) fmt::print("{}: {}\n", name, value);
  }
  for (const json::value& one : message.at("recipients").as_array()) {
    fmt::print("{:9}  {}\n", text_at(one.as_object(), "state"), text_at(one.as_object(), "address"));
  }
  for (const json::value& file : message.at("attachments").as_array()) {
    fmt::print("file       {}  {}  {} B\n", text_at(file.as_object(), "name"), text_at(file.as_object(), "type"), text_at(file.as_object(), "bytes"));
  }
  fmt::print("{}/inbox/{}\n\n{}\n", remote.url(), text_at(message, "key"), text_at(message, "readable"));
  return kExitDone;
}

int print_source(const json::object& message, Remote& remote) {
  const Result<net::http::ClientResponse> answer =
      remote.call("GET", fmt::format("/_/api/inbox/{}/source", percent_encode(text_at(message, "key"))));
  if (!answer) return report(answer.error());
  if (answer->status != 200) return report(error_of_answer(*answer));
  std::fwrite(answer->body.data(), 1, answer->body.size(), stdout);
  return kExitDone;
}

}  // namespace

int inbox_command(const InboxArguments& arguments) {
  const std::optional<std::chrono::seconds> timeout = read_timeout(arguments.timeout, "--timeout");
  if (!timeout) return kExitUsage;
  Result<std::unique_ptr<Remote>> remote = Remote::at(arguments.remote);
  if (!remote) {
    print_error(remote.error().detail);
    return kExitUsage;
  }
  if (arguments.mode == Mode::kList) return list(arguments, **remote);
  if (arguments.mode == Mode::kDelete) return remove(arguments, **remote);
  const Result<json::object> message = find(arguments, **remote, *timeout);
  if (!message) return report(message.error());
  if (arguments.json && arguments.mode != Mode::kRaw) {
    fmt::print("{}\n", json::serialize(*message));
    const bool nothing = arguments.mode == Mode::kCode && text_at(*message, "code").empty();
    return nothing ? kExitNotFound : kExitDone;
  }
  switch (arguments.mode) {
    case Mode::kCode: return print_code(*message);
    case Mode::kLinks: return print_links(*message);
    case Mode::kRaw: return print_source(*message, **remote);
    default: return print_message(*message, **remote);
  }
}

}  // namespace postroad::app
