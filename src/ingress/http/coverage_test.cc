// Counts which calls of the contract are served, against docs/contract/endpoints.csv. The list of served calls is a golden
// file, so that gaining or losing one shows in review: ACCEPT=1 rewrites it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "base/text.h"
#include "ingress/http/router.h"

namespace postroad::ingress::http {
namespace {

std::string source_dir() {
  const char* root = std::getenv("POSTROAD_SOURCE_DIR");
  return root == nullptr ? std::string(".") : std::string(root);
}

struct Endpoint {
  std::string method, path, priority;
};

std::vector<Endpoint> read_contract() {
  std::ifstream file(source_dir() + "/docs/contract/endpoints.csv");
  std::vector<Endpoint> all;
  std::string line;
  std::getline(file, line);  // The heading.
  while (std::getline(file, line)) {
    const std::vector<std::string_view> cells = split(trim(line), ',');
    if (cells.size() < 6) continue;
    all.push_back({std::string(cells[1]), std::string(cells[2]), std::string(cells.back())});
  }
  return all;
}

/// The path with a value for every {name}, as the server would split it.
std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> segments;
  for (const std::string_view part : split(path.substr(0, path.find('?')), '/')) {
    if (part.empty()) continue;
    segments.push_back(part.find('{') == std::string_view::npos ? std::string(part) : std::string("value"));
  }
  return segments;
}

TEST(Contract, ServedCallsAreThoseOfTheGoldenList) {
  const std::vector<Endpoint> contract = read_contract();
  ASSERT_GT(contract.size(), 200u) << "docs/contract/endpoints.csv was not read";
  std::map<std::string, std::pair<int, int>> count;
  std::ostringstream served;
  for (const Endpoint& endpoint : contract) {
    auto& [have, all] = count[endpoint.priority];
    ++all;
    if (match(routes(), endpoint.method, segments_of(endpoint.path)).route == nullptr) continue;
    ++have;
    served << endpoint.priority << ' ' << endpoint.method << ' ' << endpoint.path << '\n';
  }
  for (const auto& [priority, numbers] : count) {
    std::printf("table:contract calls served, %s: %d of %d\n", priority.c_str(), numbers.first, numbers.second);
  }
  const std::string golden = source_dir() + "/test/golden/endpoints_served.txt";
  if (std::getenv("ACCEPT") != nullptr) std::ofstream(golden) << served.str();
  std::ifstream file(golden);
  std::stringstream expected;
  expected << file.rdbuf();
  EXPECT_EQ(served.str(), expected.str()) << "run with ACCEPT=1 after looking at the difference";
}

}  // namespace
}  // namespace postroad::ingress::http
