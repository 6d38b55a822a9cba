// Shell completion, made from the command line itself, so that it cannot fall behind.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/cli_commands.h"

namespace postroad::app {
namespace {

struct Command {
  std::vector<std::string> path;      ///< "log", "show"
  std::vector<std::string> commands;  ///< that may follow
  std::vector<std::string> options;   ///< "--json"
  std::string about;
};

void collect(const CLI::App& app, std::vector<std::string> path, std::vector<Command>& into) {
  Command command{.path = path, .commands = {}, .options = {}, .about = app.get_description()};
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) command.options.push_back("--" + name);
  }
  std::ranges::sort(command.options);
  for (const CLI::App* next : app.get_subcommands([](const CLI::App*) { return true; })) command.commands.push_back(next->get_name());
  into.push_back(command);
  for (const CLI::App* next : app.get_subcommands([](const CLI::App*) { return true; })) {
    std::vector<std::string> deeper = path;
    deeper.push_back(next->get_name());
    collect(*next, std::move(deeper), into);
  }
}

std::string words_of(const Command& command) {
  return fmt::format("{}{}{}", fmt::join(command.commands, " "), command.commands.empty() ? "" : " ", fmt::join(command.options, " "));
}

/// The path of commands that stands on the line, as a shell word: "log show".
constexpr std::string_view kBash = R"SH(# postroad completion for bash: eval "$(postroad completion bash)"
_postroad() {{
  local word path="" words
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case "$word" in -*) continue ;; esac
    case " {paths} " in *" $path${{path:+/}}$word "*) path="$path${{path:+/}}$word" ;; esac
  done
  case "$path" in
{cases}  esac
  COMPREPLY=($(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}"))
  [ ${{#COMPREPLY[@]}} -gt 0 ] || compopt -o default
}}
complete -F _postroad postroad
)SH";

std::string bash(const std::vector<Command>& commands) {
  std::string cases;
  std::vector<std::string> paths;
  for (const Command& command : commands) {
    const std::string path = fmt::format("{}", fmt::join(command.path, "/"));
    if (!path.empty()) paths.push_back(path);
    cases += fmt::format("    \"{}\") words=\"{}\" ;;\n", path, words_of(command));
  }
  return fmt::format(kBash, fmt::arg("paths", fmt::join(paths, " ")), fmt::arg("cases", cases));
}

/// zsh reads bash's completions.
std::string zsh(const std::vector<Command>& commands) {
  return "#compdef postroad\nautoload -Uz bashcompinit && bashcompinit\n" + bash(commands);
}

std::string fish(const std::vector<Command>& commands) {
  std::string script = "# postroad completion for fish: postroad completion fish | source\n";
  const auto escaped = [](std::string text) {
    for (std::size_t at = text.find('\''); at != std::string::npos; at = text.find('\'', at + 2)) text.insert(at, "\\");
    return text;
  };
  for (const Command& command : commands) {
    std::string when = command.path.empty() ? "__fish_use_subcommand" : "";
    for (const std::string& word : command.path) when += fmt::format("{}__fish_seen_subcommand_from {}", when.empty() ? "" : "; and ", word);
    for (const std::string& next : command.commands) {
      std::string about;
      for (const Command& other : commands) {
        if (!other.path.empty() && other.path.back() == next && other.path.size() == command.path.size() + 1 &&
            std::equal(command.path.begin(), command.path.end(), other.path.begin())) {
          about = other.about;
        }
      }
      script += fmt::format("complete -c postroad -n '{}' -f -a {} -d '{}'\n", when, next, escaped(about));
    }
    for (const std::string& option : command.options) script += fmt::format("complete -c postroad -n '{}' -l {}\n", when, option.substr(2));
  }
  return script;
}

std::string words(const std::vector<Command>& commands) {
  std::string lines;
  for (const Command& command : commands) {
    lines += fmt::format("{}{}{}\n", fmt::join(command.path, " "), command.path.empty() ? "" : " ", fmt::join(command.options, " "));
  }
  return lines;
}

}  // namespace

std::string completion_script(const CLI::App& app, const std::string& shell) {
  std::vector<Command> commands;
  collect(app, {}, commands);
  if (shell == "bash") return bash(commands);
  if (shell == "zsh") return zsh(commands);
  if (shell == "fish") return fish(commands);
  return words(commands);
}

void describe_completion(CLI::App& app, Choice& choice) {
  const auto shell = std::make_shared<std::string>();
  CLI::App* completion = app.add_subcommand("completion", "completion for a shell, to be read by it");
  completion->add_option("shell", *shell, "bash, zsh, fish; words: each command with its options")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish", "words"}));
  completion->callback([&app, &choice, shell] {
    choice.run = [&app, shell] {
      fmt::print("{}", completion_script(app, *shell));
      return 0;
    };
  });
}

}  // namespace postroad::app
