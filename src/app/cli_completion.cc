// Shell completion: the scripts, and the command that they call at the cursor.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "app/cli_commands.h"
#include "app/completion_reply.h"

namespace postroad::app {
namespace {

void add_words(const CLI::App& app, const std::string& path, std::string& lines) {
  std::vector<std::string> words;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
  }
  std::ranges::sort(words);
  if (!path.empty()) words.insert(words.begin(), path);
  lines += fmt::format("{}\n", fmt::join(words, " "));
  for (const CLI::App* next : app.get_subcommands([](const CLI::App*) { return true; })) {
    add_words(*next, path.empty() ? next->get_name() : path + " " + next->get_name(), lines);
  }
}

extern "C" void leave(int /*signal*/) { _exit(0); }

/// A person sits there: whatever hangs, a disk or a server, ends with this process.
void leave_in_time() {
  struct sigaction action {};
  action.sa_handler = leave;
  sigaction(SIGALRM, &action, nullptr);
  const itimerval when{.it_interval = {}, .it_value = {.tv_sec = 0, .tv_usec = std::chrono::microseconds(kSuggestedWithin).count()}};
  setitimer(ITIMER_REAL, &when, nullptr);
}

}  // namespace

std::string command_words(const CLI::App& app) {
  std::string lines;
  add_words(app, "", lines);
  return lines;
}

std::optional<int> answer_completion(const CLI::App& app, int count, char** arguments) {
  constexpr int kBegin = 4;  // postroad completion values SHELL
  if (count < kBegin || std::string_view(arguments[1]) != "completion" || std::string_view(arguments[2]) != "values") return std::nullopt;
  leave_in_time();
  if (std::freopen("/dev/null", "w", stderr) == nullptr) return 0;
  const std::string_view shell = arguments[3];
  std::vector<std::string> words(arguments + kBegin, arguments + count);
  std::string reply;
  if (shell == "bash" && words.size() == 2) {
    const BashLine line = read_bash_line(words[1], words[0]);
    const Completion found = complete_line(app, line.before, line.typed);
    reply = bash_reply(line, found.source, found.suggestions);
  } else if (shell != "bash" && !words.empty()) {
    const std::string typed = words.back();
    words.pop_back();
    const Completion found = complete_line(app, words, typed);
    reply = tab_reply(found.source, found.suggestions);
  }
  std::fwrite(reply.data(), 1, reply.size(), stdout);
  std::fflush(stdout);
  _exit(0);  // What still runs behind an answer is of no use.
}

void describe_completion(CLI::App& app, Choice& choice) {
  const auto shell = std::make_shared<std::string>();
  CLI::App* completion = app.add_subcommand("completion", "completion for a shell, to be read by it");
  completion->add_option("shell", *shell, "bash, zsh, fish; words: each command with its options")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish", "words"}));
  completion->callback([&app, &choice, shell] {
    choice.run = [&app, shell] {
      fmt::print("{}", *shell == "words" ? command_words(app) : std::string(completion_script(*shell)));
      return 0;
    };
  });
}

}  // namespace postroad::app
