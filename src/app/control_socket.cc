#include "app/control_socket.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/json_writer.h"
#include "base/text.h"
#include "net/asio_network.h"
#include "net/http/read_form.h"

namespace postroad::app {
namespace {

constexpr std::chrono::seconds kConnectMax{5};
constexpr std::size_t kAnswerBytesMax = 64u << 20;

int status_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::kNotFound: return 404;
    case ErrorCode::kConflict: return 409;
    case ErrorCode::kInvalidArgument: return 400;
    default: return error.permanence == Permanence::kTransient ? 503 : 500;
  }
}

Error error_of(int status, std::string text) {
  switch (status) {
    case 404: return {ErrorCode::kNotFound, Permanence::kPermanent, std::move(text)};
    case 409: return {ErrorCode::kConflict, Permanence::kPermanent, std::move(text)};
    case 503: return {ErrorCode::kDiskFull, Permanence::kTransient, std::move(text)};
    default: return {ErrorCode::kInvalidArgument, Permanence::kPermanent, std::move(text)};
  }
}

std::string request_text(const std::string& name, const Control::Parameters& parameters) {
  JsonWriter json;
  json.begin_object();
  for (const auto& [key, value] : parameters) json.field(key, value);
  json.end_object();
  return fmt::format("POST /{} HTTP/1.1\r\nHost: control\r\nContent-Type: application/json\r\nConnection: close\r\n"
                     "Content-Length: {}\r\n\r\n{}", name, json.text().size(), json.text());
}

asio::awaitable<Result<std::string>> exchange(net::Network& network, Clock& clock, std::string path, std::string request,
                                             std::chrono::milliseconds wait) {
  const net::Endpoint at{.address = "unix:" + path, .port = 0};
  const Deadline deadline = clock.mono() + wait;
  Result<net::StreamPtr> stream = co_await network.connect(at, "", std::min<Deadline>(deadline, clock.mono() + kConnectMax));
  if (!stream) co_return fail_transient(ErrorCode::kConnectionLost, "another process has the store, but no server answers at " + path);
  CO_RETURN_IF_ERROR(co_await (*stream)->write(request, deadline));
  std::string answer;
  char buffer[64 * 1024];
  while (answer.size() < kAnswerBytesMax) {
    Result<std::size_t> got = co_await (*stream)->read_some(buffer, deadline);
    if (!got) break;  // The server closes behind its answer.
    answer.append(buffer, *got);
  }
  co_return answer;
}

/// Status and body of an answer that ends with the connection.
Result<std::string> read_answer(const std::string& answer) {
  const std::size_t head = answer.find("\r\n\r\n");
  const auto status = answer.size() > 12 ? parse_int(std::string_view(answer).substr(9, 3)) : std::nullopt;
  if (head == std::string::npos || !status) return fail_transient(ErrorCode::kConnectionLost, "the server broke off its answer");
  std::string body = answer.substr(head + 4);
  if (*status == 200) return body;
  boost::json::error_code error;
  const boost::json::value parsed = boost::json::parse(body, error);
  const bool has_message = !error && parsed.is_object() && parsed.as_object().contains("message") &&
                           parsed.as_object().at("message").is_string();
  return std::unexpected(error_of(static_cast<int>(*status),
                                  has_message ? std::string(parsed.as_object().at("message").get_string()) : body));
}

}  // namespace

Result<void> ControlSocket::listen(const std::string& data_dir) {
  const net::Endpoint at{.address = "unix:" + path_in(data_dir), .port = 0};
  ASSIGN_OR_RETURN(listener_, network_.listen(at, [this](net::StreamPtr stream) { server_.accept(std::move(stream)); }));
  return {};
}

asio::awaitable<void> ControlSocket::stop(Deadline deadline) {
  if (listener_) listener_->close();
  co_await server_.stop(deadline);
}

asio::awaitable<net::http::Response> ControlSocket::handle(net::http::Request& request, net::http::Body& body) {
  net::http::FormLimits limits;
  limits.body_bytes_max = kBodyBytesMax;
  net::http::MemoryBudget budget(2 * kBodyBytesMax + net::http::MemoryLease::kStepBytes);
  const Deadline deadline = clock_.mono() + kControlAnswerMax;
  net::http::Outcome<net::http::Form> form = co_await net::http::read_form(request, body, limits, budget, deadline);
  if (!form) co_return net::http::error(form.error());
  Control::Parameters parameters;
  for (net::http::Field& field : form->fields) parameters[field.name] = std::move(field.value);
  std::string name = request.segments.empty() ? std::string() : request.segments.front();
  Result<std::string> answer = co_await control_.call(std::move(name), std::move(parameters));
  if (!answer) co_return net::http::error(status_of(answer.error()), answer.error().detail);
  co_return net::http::json(200, *std::move(answer));
}

Result<std::string> ask_running_server(const std::string& data_dir, const std::string& name,
                                       const Control::Parameters& parameters, std::chrono::milliseconds wait) {
  net::AsioExecutor::Options threads;
  threads.pools.clear();
  net::AsioExecutor executor(threads);
  net::AsioNetwork network(executor);
  SystemClock clock;
  executor.start();
  Result<std::string> answer = executor.run_on(
      0, exchange(network, clock, ControlSocket::path_in(data_dir), request_text(name, parameters), wait));
  executor.stop();
  if (!answer) return answer;
  return read_answer(*answer);
}

}  // namespace postroad::app
