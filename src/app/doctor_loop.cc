// A message to ourselves: in by the API, through the queue, out to a simulated server.
#include <fmt/format.h>

#include <boost/json.hpp>

#include "app/doctor.h"
#include "app/remote.h"
#include "base/text.h"
#include "net/http/client.h"
#include "net/http/percent.h"

namespace postroad::app::doctor {
namespace {

using enum Finding::Level;

constexpr std::chrono::milliseconds kLookEvery{50};
constexpr std::chrono::seconds kSlowDelivery{2};

std::int64_t milliseconds(MonoTime from, MonoTime to) { return std::chrono::duration_cast<std::chrono::milliseconds>(to - from).count(); }

/// The JSON object of a 200.
asio::awaitable<Result<boost::json::object>> call(Patient patient, std::string method, std::string path, std::string body, std::string key) {
  const net::Endpoint at = from_here(patient.options.http_listen.front());
  net::http::ClientRequest request{.method = std::move(method), .url = fmt::format("http://{}{}", at.text(), path), .headers = {}, .body = std::move(body)};
  request.headers.push_back({"Authorization", "Basic " + base64_encode("api:" + key)});
  if (!request.body.empty()) request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
  const Result<net::http::ClientResponse> response =
      co_await net::http::fetch({patient.network, patient.resolver, patient.tls}, std::move(request), patient.deadline);
  if (!response) co_return std::unexpected(response.error());
  if (response->status != 200) co_return std::unexpected(error_of_answer(*response));
  boost::json::error_code error;
  boost::json::value value = boost::json::parse(response->body, error);
  if (error || !value.is_object()) co_return fail_permanent(ErrorCode::kInvalidArgument, "the answer is no JSON");
  co_return std::move(value.as_object());
}

}  // namespace

asio::awaitable<Findings> check_loop(Patient patient, net::Timers& timers, LoopProbe probe) {
  const std::string to = "deliver@sim." + ascii_lower(patient.options.hostname);
  const std::string fix = "`postroad queue` and the server's log say what it waits for";
  const auto encoded = [](std::string_view text) { return net::http::percent_encode(text); };
  std::string form = fmt::format("from={}&to={}&subject=postroad+doctor&text=A+message+to+ourselves.&o%3Atag=postroad-doctor",
                                 encoded("doctor@" + probe.domain), encoded(to));
  const MonoTime begun = patient.clock.mono();
  std::string path = fmt::format("/v3/{}/messages", encoded(probe.domain));
  const Result<boost::json::object> accepted = co_await call(patient, "POST", std::move(path), std::move(form), probe.key);
  if (!accepted) co_return Findings{{"loop", "to ourselves", kFailure, accepted.error().detail, fix}};
  const MonoTime in = patient.clock.mono();
  const std::string events = fmt::format("/v3/{}/events?event={}&message-id={}", encoded(probe.domain), encoded("delivered OR failed"), encoded(text_at(*accepted, "id")));
  while (patient.clock.mono() + kLookEvery < patient.deadline) {
    const Result<boost::json::object> page = co_await call(patient, "GET", events, {}, probe.key);
    if (!page) co_return Findings{{"loop", "to ourselves", kFailure, page.error().detail, fix}};
    const boost::json::array& items = page->at("items").as_array();
    if (!items.empty()) {
      const MonoTime out = patient.clock.mono();
      const std::string what = text_at(items.front().as_object(), "event");
      const bool good = what == "delivered" && out - begun < kSlowDelivery;
      const std::string found = fmt::format("accepted in {} ms, {} to {} after {} ms", milliseconds(begun, in), what, to, milliseconds(begun, out));
      co_return Findings{{"loop", "to ourselves", good ? kGood : what == "delivered" ? kWarning : kFailure, found, good ? "" : fix}};
    }
    co_await timers.sleep_until(patient.clock.mono() + kLookEvery);
  }
  co_return Findings{{"loop", "to ourselves", kFailure, fmt::format("accepted in {} ms, but not delivered to {} in time", milliseconds(begun, in), to), fix}};
}

}  // namespace postroad::app::doctor
