#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "mail/filter/filter.h"
#include "mail/filter/fixture_compare.h"

// Runs the public test suites under POSTROAD_FIXTURES (or ../shared/fixtures beside the sources) through the
// filters and holds each set to its bar. Without them every set says so and counts as skipped; with
// POSTROAD_REQUIRE_FIXTURES=1 it fails. POSTROAD_FIXTURES_VERBOSE=1 prints every miss.
namespace postroad::mail::filter {
namespace {

struct Bar {
  const char* set;
  double percent;  ///< of cases that must pass
};

class Fixtures : public testing::TestWithParam<Bar> {
 protected:
  static std::string folder() {
    if (const char* given = std::getenv("POSTROAD_FIXTURES")) return given;
    const char* source = std::getenv("POSTROAD_SOURCE_DIR");
    return std::string(source == nullptr ? "." : source) + "/../shared/fixtures";
  }

  /// Nullopt when there is no such file.
  static std::optional<std::string> contents(const std::string& path) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
    if (file == nullptr) return std::nullopt;
    std::string out;
    char buffer[65536];
    while (const std::size_t got = std::fread(buffer, 1, sizeof buffer, file.get())) out.append(buffer, got);
    return out;
  }

  std::string text_of(const json::value& source) const {
    if (source.is_string()) return std::string(source.as_string());
    const json::object& object = source.as_object();
    if (const auto* file = object.if_contains("file")) {
      auto text = contents(set_ + "/" + std::string(file->as_string()));
      EXPECT_TRUE(text) << file->as_string();
      return text.value_or("");
    }
    if (const auto* b64 = object.if_contains("b64"))
      return base64_decode(std::string_view(b64->as_string())).value_or("");
    return std::string(object.at("text").as_string());
  }

  /// The first difference, or an empty text.
  std::string run(const json::object& test) const {
    const Entry* filter = find_filter(std::string_view(test.at("op").as_string()));
    if (filter == nullptr) return "no such filter";
    std::vector<std::string> args;
    if (const auto* given = test.if_contains("args")) {
      for (const json::value& arg : given->as_array()) args.push_back(text_of(arg));
    }
    const std::string input = test.contains("input") ? text_of(test.at("input")) : std::string();
    const auto output = filter->run(args, input);
    if (!output) return "error: " + output.error().detail;
    const json::value got = json::parse(*output);
    const auto* modes = test.if_contains("compare");
    const json::object no_modes;
    const Comparison comparison(modes == nullptr ? no_modes : modes->as_object());
    const std::string difference =
        comparison.object_differs(test.at("expect").as_object(), got.as_object(), "");
    if (const auto* soft = test.if_contains("soft"); soft != nullptr && soft->is_object()) {
      ++soft_count_;
      const std::string soft_difference = comparison.object_differs(soft->as_object(), got.as_object(), "");
      soft_passed_ += soft_difference.empty() ? 1 : 0;
      if (std::getenv("POSTROAD_FIXTURES_SOFT") != nullptr && !soft_difference.empty()) {
        std::printf("  soft %s: %s\n", test.at("id").as_string().c_str(), soft_difference.c_str());
      }
    }
    return difference;
  }

  std::string set_;
  mutable std::size_t soft_count_ = 0, soft_passed_ = 0;
};

TEST_P(Fixtures, ReachTheirBar) {
  const auto [name, percent] = GetParam();
  set_ = folder() + "/" + name;
  const auto manifest_text = contents(set_ + "/manifest.json");
  if (!manifest_text) {
    std::printf("fixtures not run: %s\n", name);
    const char* required = std::getenv("POSTROAD_REQUIRE_FIXTURES");
    if (required != nullptr && std::string_view(required) == "1") FAIL() << "required, and not at " << set_;
    GTEST_SKIP() << "no fixtures at " << set_;
  }
  const json::value manifest = json::parse(*manifest_text);
  const json::array& cases = manifest.at("cases").as_array();
  std::size_t passed = 0;
  std::string misses;
  for (const json::value& test : cases) {
    const std::string difference = run(test.as_object());
    if (difference.empty()) ++passed;
    if (!difference.empty())
      misses += "  " + std::string(test.at("id").as_string()) + ": " + difference + '\n';
  }
  const double reached = 100.0 * static_cast<double>(passed) / static_cast<double>(cases.size());
  std::printf("fixtures %-20s %4zu of %4zu  %6.2f %%  (bar %.0f)", name, passed, cases.size(), reached,
              percent);
  if (soft_count_ > 0) std::printf("  soft %zu of %zu", soft_passed_, soft_count_);
  std::printf("\n");
  if (std::getenv("POSTROAD_FIXTURES_VERBOSE") != nullptr) std::printf("%s", misses.c_str());
  EXPECT_GE(reached, percent) << misses.substr(0, 4000);
}

INSTANTIATE_TEST_SUITE_P(
    Sets, Fixtures,
    testing::Values(Bar{"header-decode", 98}, Bar{"header-date", 98}, Bar{"header-content-type", 98},
                    Bar{"flanker-mailbox", 99}, Bar{"flanker-list", 99}, Bar{"mailparser-address", 99},
                    Bar{"isemail", 99}, Bar{"email-validator", 95}, Bar{"mime-parse", 98},
                    Bar{"mime-consensus", 98}, Bar{"mime-malformed", 100}, Bar{"mime-robust", 100},
                    Bar{"dkim", 90} /* one case expects a pass and gives no key */, Bar{"dkim-canon", 100},
                    Bar{"arc-validate", 98}, Bar{"spf-rfc7208", 99}, Bar{"spf-mail-auth", 99},
                    Bar{"bounce-sisimai", 95}, Bar{"dsn-fields", 95}, Bar{"bounce-flufl", 95},
                    Bar{"arf", 100}, Bar{"flanker-suggest", 95}, Bar{"talon-text", 95}, Bar{"talon-html", 95},
                    Bar{"talon-signature", 90}, Bar{"reply-parsers", 95}),
    [](const testing::TestParamInfo<Bar>& info) {
      std::string name = info.param.set;
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

}  // namespace
}  // namespace postroad::mail::filter
