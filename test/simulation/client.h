#pragma once
#include <string>

#include "model.h"
#include "network.h"

namespace postroad::simulation {

inline const net::Endpoint kHttp{"127.0.0.1", 8080};
inline const net::Endpoint kSubmission{"127.0.0.1", 587};
inline constexpr std::string_view kSenderDomain = "sender.test";
inline constexpr std::string_view kApiKey = "key-simulation-01";

/// Applications of the world outside: each call hands one message to the server and notes in the model what it was told.
class Clients {
 public:
  Clients(SimLoop& loop, SimNetwork& network, SimClock& clock, Model& model) : loop_(loop), network_(network), clock_(clock), model_(model) {}

  struct Call {
    bool batch = false;             ///< recipient-variables: a copy for each recipient.
    std::string idempotency_key;    ///< Empty: none. With one, a call that got no answer is made again.
    std::chrono::seconds later{0};  ///< o:deliverytime from now.
  };
  /// The message must be in the model, with its token and recipients.
  asio::awaitable<void> post(std::string token, Call call);
  asio::awaitable<void> submit(std::string token);
  /// DELETE /v3/{domain}/envelopes
  asio::awaitable<void> cancel_all();

 private:
  /// The status of the answer; 0: none came.
  asio::awaitable<int> request(std::string head_and_body);
  void note(const std::string& token, Told told);

  SimLoop& loop_;
  SimNetwork& network_;
  SimClock& clock_;
  Model& model_;
};

}  // namespace postroad::simulation
