#include "app/filter_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "app/cli.h"
#include "app/commands.h"
#include "mail/filter/filter.h"
#include "template/filter.h"
#include "webhooks/filter.h"

namespace postroad::app {
namespace {

using Arguments = std::vector<std::string>;
namespace filter = mail::filter;

constexpr std::size_t kInputBytesMax = 64u << 20;
constexpr std::size_t kInputStep = 64 * 1024;

Error usage(std::string text) { return {ErrorCode::kInvalidArgument, Permanence::kPermanent, std::move(text)}; }

/// Those of rooms beside `mail`.
constexpr filter::Entry kOtherFilters[] = {
    {"template-render", "template render", templates::filter_template_render},
    {"webhook-sign", "webhook sign", webhooks::filter_sign},
    {"webhook-verify", "webhook verify", webhooks::filter_verify},
};

std::vector<filter::Entry> all_filters() {
  std::vector<filter::Entry> all(filter::filters().begin(), filter::filters().end());
  all.insert(all.end(), std::begin(kOtherFilters), std::end(kOtherFilters));
  return all;
}

/// How many of the first words the command takes; 0 when it is another one.
std::size_t words_matched(std::string_view command, const Arguments& words) {
  std::size_t count = 0;
  std::istringstream parts{std::string(command)};
  for (std::string part; parts >> part; ++count) {
    if (count >= words.size() || words[count] != part) return 0;
  }
  return count;
}

Result<std::string> read_standard_input() {
  std::string input;
  for (;;) {
    const std::size_t before = input.size();
    input.resize(before + kInputStep);
    const ssize_t got = read(STDIN_FILENO, input.data() + before, kInputStep);
    input.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0) return std::unexpected(usage("cannot read standard input"));
    if (got == 0) return input;
    if (input.size() > kInputBytesMax) return std::unexpected(usage(fmt::format("input is larger than {} bytes", kInputBytesMax)));
  }
}

/// A filter takes the text of a file, the command line its name.
Result<void> read_files(Arguments& args) {
  for (std::size_t i = 0; i + 1 < args.size(); ++i) {
    if (args[i] != "--dns" && args[i] != "--private-key") continue;
    std::ifstream file(args[i + 1]);
    if (!file) return std::unexpected(usage("cannot read " + args[i + 1]));
    std::stringstream text;
    text << file.rdbuf();
    args[i + 1] = text.str();
  }
  return {};
}

int run(const filter::Entry& entry, Arguments args) {
  if (Result<void> read = read_files(args); !read) {
    print_error(read.error().detail);
    return kExitUsage;
  }
  const bool takes_input = !entry.op.starts_with("webhook-");
  Result<std::string> input = takes_input ? read_standard_input() : std::string();
  if (!input) {
    print_error(input.error().detail);
    return kExitUsage;
  }
  const Result<std::string> answer = entry.run(args, *input);
  if (!answer) {
    print_error(answer.error().detail);
    return kExitUsage;
  }
  fmt::print("{}\n", *answer);
  return kExitDone;
}

}  // namespace

std::optional<int> filter_command(int count, char** arguments) {
  const Arguments words(arguments + std::min(count, 1), arguments + count);
  for (const filter::Entry& entry : all_filters()) {
    const std::size_t matched = words_matched(entry.command, words);
    if (matched != 0) return run(entry, {words.begin() + static_cast<std::ptrdiff_t>(matched), words.end()});
  }
  return std::nullopt;
}

const char* filter_help() {
  return "Filters (standard input in, one JSON object out, no network):\n"
         "  parse --json | strip --text|--html | address parse|check|suggest | header decode|content-type|date\n"
         "  dkim verify|sign|canon | arc verify | spf check | bounce classify | arf parse | template render\n"
         "  webhook sign|verify";
}

}  // namespace postroad::app
