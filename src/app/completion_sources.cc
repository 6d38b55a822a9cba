// Names that only a store or a server knows, for a shell that will not wait.
#include <boost/json.hpp>
#include <cstdlib>

#include "app/remote.h"
#include "app/store_question.h"
#include "app/value_kinds.h"
#include "net/http/percent.h"

namespace postroad::app {
namespace {

namespace json = boost::json;

constexpr int kCapturedMax = 50;
constexpr int kDomainsOfServer = 3;  ///< Whose newest messages are asked for.

/// As the shell is going to hand it over.
std::string option(const ValueQuestion& question, const std::string& name) {
  const auto found = question.options.find(name);
  if (found == question.options.end()) return {};
  const char* const home = std::getenv("HOME");
  return found->second.starts_with("~/") && home != nullptr ? home + found->second.substr(1) : found->second;
}

RemoteArguments remote_of(const ValueQuestion& question) {
  return {.url = option(question, "url"), .key = option(question, "key"), .ca_file = option(question, "ca")};
}

Result<json::array> items_of(Remote& remote, const std::string& path, const char* list) {
  ASSIGN_OR_RETURN(const json::object answer, remote.get(path));
  const json::value* const items = answer.if_contains(list);
  if (items == nullptr || !items->is_array()) return json::array();
  return items->as_array();
}

Result<Suggestions> domains_of(Remote& remote) {
  ASSIGN_OR_RETURN(const json::array items, items_of(remote, "/v3/domains?limit=100", "items"));
  Suggestions all;
  for (const json::value& one : items) all.push_back({text_at(one.as_object(), "name"), text_at(one.as_object(), "state")});
  return all;
}

/// Of what was accepted last.
Result<Suggestions> from_events(Remote& remote, const ValueQuestion& question, bool recipients) {
  Suggestions domains{{option(question, "domain"), {}}}, all;
  if (domains.front().value.empty()) {
    ASSIGN_OR_RETURN(domains, domains_of(remote));
  }
  if (domains.size() > kDomainsOfServer) domains.resize(kDomainsOfServer);
  for (const Suggestion& domain : domains) {
    ASSIGN_OR_RETURN(const json::array items, items_of(remote, "/v3/" + net::http::percent_encode(domain.value) + "/events?event=accepted&limit=50", "items"));
    for (const json::value& one : items) {
      const json::object& event = one.as_object();
      const json::object* const message = object_at(event, "message");
      const json::object* const headers = message == nullptr ? nullptr : object_at(*message, "headers");
      const std::string id = headers == nullptr ? std::string() : text_at(*headers, "message-id");
      const std::string recipient = text_at(event, "recipient");
      all.push_back(recipients ? Suggestion{recipient, {}} : Suggestion{id, "to " + recipient});
    }
  }
  return all;
}

Result<Suggestions> from_server(const std::string& list, const ValueQuestion& question) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Remote> remote, Remote::at(remote_of(question)));
  if (list == "domains") return domains_of(*remote);
  if (list == "messages" || list == "recipients") return from_events(*remote, question, list == "recipients");
  return Suggestions{};
}

Result<Suggestions> from_store(const std::string& list, const ValueQuestion& question) {
  ASSIGN_OR_RETURN(const std::string data_dir, find_store({.config = option(question, "config"), .data_dir = option(question, "data-dir")}));
  ASSIGN_OR_RETURN(const std::string answer, glance_at_store(data_dir, "names", {{"of", list}, {"prefix", question.typed}}, kSuggestedWithin));
  const json::value parsed = json::parse(answer);
  Suggestions all;
  for (const json::value& one : parsed.at("names").as_array()) all.push_back({text_at(one.as_object(), "name"), text_at(one.as_object(), "about")});
  return all;
}

}  // namespace

Suggestions names_of(const char* list, const ValueQuestion& question) {
  const bool names_store = !option(question, "config").empty() || !option(question, "data-dir").empty();
  const bool calls = question.of_server && (!question.of_store || (!names_store && Remote::is_named(remote_of(question))));
  return (calls ? from_server(list, question) : from_store(list, question)).value_or(Suggestions{});
}

Suggestions captured_messages(const ValueQuestion& question) {
  const Result<std::unique_ptr<Remote>> remote = Remote::at(remote_of(question));
  if (!remote) return {};
  const Result<json::array> items = items_of(**remote, "/_/api/inbox?limit=" + std::to_string(kCapturedMax), "messages");
  Suggestions all;
  if (!items) return all;
  for (const json::value& one : *items) {
    const json::object& message = one.as_object();
    all.push_back({text_at(message, "key"), text_at(message, "subject")});
  }
  return all;
}

}  // namespace postroad::app
