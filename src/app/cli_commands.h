#pragma once
// What the command line is made of. These files and cli.cc see CLI11, and no other.
#include <CLI/CLI.hpp>
#include <functional>

#include "app/commands.h"
#include "app/value_kinds.h"

namespace postroad::app {

/// What the arguments chose; run once all of them are read.
struct Choice {
  std::function<int()> run;
};

/// Each adds its commands to `app`; what the arguments are read into lives as long as `app` does.
void describe_servers(CLI::App& app, Choice& choice);        // serve, dev, doctor, version
void describe_configuration(CLI::App& app, Choice& choice);
void describe_queue(CLI::App& app, Choice& choice);
void describe_store_commands(CLI::App& app, Choice& choice); // audit, fsck, domain, key, credential
void describe_mail_commands(CLI::App& app, Choice& choice);  // send, log, inbox
void describe_completion(CLI::App& app, Choice& choice);

/// `command` runs `run` with its arguments once they are read.
template <class Arguments, class Run>
void choose(CLI::App* command, Choice& choice, std::shared_ptr<Arguments> arguments, Run run) {
  command->callback([&choice, arguments, run] {
    choice.run = [arguments, run] { return run(*arguments); };
  });
}

void add_store_options(CLI::App* command, StoreArguments& store);
void add_remote_options(CLI::App* command, RemoteArguments& remote);

/// Examples at the end of each command's --help; at the end of postroad's own, `of_all`.
void add_help_endings(CLI::App& app, const std::string& of_all);

/// All of them.
void describe_everything(CLI::App& app, Choice& choice);

/// Each command with its options, a line each.
std::string command_words(const CLI::App& app);

/// What an option's or argument's value is: its declared kind. Empty for a flag, a number, or one of a set.
std::string declared_kind(const CLI::Option& option);

/// What may stand where `typed` ends, behind the words `before` ("postroad" is not one of them): whole words that begin with it.
struct Completion {
  ValueSource source = ValueSource::kNone;
  Suggestions suggestions;
};
Completion complete_line(const CLI::App& app, const std::vector<std::string>& before, const std::string& typed);
/// `postroad completion values SHELL …`, which the shells' scripts call; nullopt: the arguments are another command. Answers within
/// kSuggestedWithin or not at all, says nothing on standard error and ends with 0.
std::optional<int> answer_completion(const CLI::App& app, int count, char** arguments);

}  // namespace postroad::app
