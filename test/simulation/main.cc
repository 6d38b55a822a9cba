// The simulation on the command line; `./dev sim` calls it.
//
//   simulation SEED              one seed, with its hash and what happened
//   simulation FROM TO           seeds FROM..TO-1; ends with 1 when one breaks a promise
//   simulation --planted BUG TO  seeds 1.. until the bug is caught, at most TO; ends with 1 when it is not
#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <string_view>

#include "base/log.h"
#include "simulation.h"

namespace {

using namespace postroad::simulation;

constexpr std::size_t kShownMax = 12;

std::uint64_t number_of(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) {
    fmt::print(stderr, "not a number: {}\n", text);
    std::exit(2);
  }
  return number;
}

void show(std::uint64_t seed, const Outcome& outcome) {
  fmt::print("seed {} hash {:016x} steps {} accepted {} refused {} unanswered {} copies {} crashes {} broken {}\n", seed, outcome.hash,
             outcome.events, outcome.accepted, outcome.refused, outcome.unanswered, outcome.copies, outcome.crashes, outcome.broken.size());
  for (std::size_t i = 0; i < outcome.broken.size() && i < kShownMax; ++i) fmt::print("  {}\n", outcome.broken[i]);
  std::fflush(stdout);
}

int run_one(std::uint64_t seed) {
  const Outcome outcome = Simulation(seed, Bug::kNone).run();
  show(seed, outcome);
  return outcome.broken.empty() ? 0 : 1;
}

int run_many(std::uint64_t from, std::uint64_t to) {
  std::size_t broken = 0, accepted = 0, crashes = 0, copies = 0;
  for (std::uint64_t seed = from; seed < to; ++seed) {
    const Outcome outcome = Simulation(seed, Bug::kNone).run();
    accepted += outcome.accepted;
    crashes += outcome.crashes;
    copies += outcome.copies;
    if (outcome.broken.empty()) continue;
    ++broken;
    show(seed, outcome);
  }
  fmt::print("{} seeds: {} broke a promise; {} messages accepted, {} copies arrived, {} crashes\n", to - from, broken, accepted, copies, crashes);
  return broken == 0 ? 0 : 1;
}

int run_planted(std::string_view name, std::uint64_t most) {
  const std::optional<Bug> bug = bug_named(name);
  if (!bug) {
    fmt::print(stderr, "no such bug: {}\n", name);
    return 2;
  }
  for (std::uint64_t seed = 1; seed <= most; ++seed) {
    const Outcome outcome = Simulation(seed, *bug).run();
    if (outcome.broken.empty()) continue;
    fmt::print("{}: caught by seed {}: {}\n", name, seed, outcome.broken.front());
    return 0;
  }
  fmt::print("{}: not caught by {} seeds\n", name, most);
  return 1;
}

}  // namespace

int main(int count, char** words) {
  postroad::log::configure(postroad::log::Format::kText, postroad::log::Level::kError);
  if (count == 4 && std::string_view(words[1]) == "--planted") return run_planted(words[2], number_of(words[3]));
  if (count == 2) {
    if (std::getenv("POSTROAD_SIM_LOG") != nullptr) postroad::log::configure(postroad::log::Format::kText, postroad::log::Level::kDebug);
    return run_one(number_of(words[1]));
  }
  if (count == 3) return run_many(number_of(words[1]), number_of(words[2]));
  fmt::print(stderr, "usage: simulation SEED | FROM TO | --planted BUG TO\n");
  return 2;
}
