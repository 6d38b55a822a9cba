#include "model.h"

namespace postroad::simulation {
namespace {
constexpr std::size_t kLinesMax = 40;
}

std::string body_of(const std::string& token) {
  std::size_t seed = 0;
  for (const char c : token) seed = seed * 31 + static_cast<unsigned char>(c);
  std::string body = "Token " + token + "\r\n";
  for (std::size_t i = 0; i < seed % kLinesMax; ++i) {
    body += i % 7 == 3 ? ".a line that begins with a dot\r\n" : "Line " + std::to_string(i * seed) + " of the letter.\r\n";
  }
  return body;
}

}  // namespace postroad::simulation
