// queue: what waits, why, and what an operator does about it.
#include "app/cli_commands.h"

namespace postroad::app {
namespace {

using Mode = QueueArguments::Mode;

struct Verb {
  const char* word;
  const char* about;
  Mode mode;
};

void takes_scope(CLI::App* command, QueueArguments& one) {
  command->add_option("domain", one.domain, "recipient domain")->type_name(kind::kLane);
  command->add_option("--message", one.message, "a Message-Id instead: its recipients")->type_name(kind::kMessage);
}

void takes_rule(CLI::App* command, QueueArguments& one) {
  command->add_option("--for", one.duration, "so long, as 2h; then it ends by itself")->type_name(kind::kTime);
  command->add_option("--reason", one.reason, "why, for whoever asks later")->type_name(kind::kWords);
}

void add_arguments(CLI::App* command, QueueArguments& one) {
  switch (one.mode) {
    case Mode::kList:
    case Mode::kHeld: command->add_flag("--jsonl", one.jsonl, "a line each, as JSON"); break;
    case Mode::kTop:
      command->add_option("--limit", one.limit, "so many")->check(CLI::Range(1, 1000))->capture_default_str();
      command->add_flag("--jsonl", one.jsonl, "a line each, as JSON");
      break;
    case Mode::kSummary: break;
    case Mode::kExplain: command->add_option("domain", one.domain, "recipient domain")->type_name(kind::kLane)->required(); break;
    case Mode::kPause:
      command->add_option("domain", one.domain, "recipient domain")->type_name(kind::kLane);
      command->add_flag("--all", one.all, "every lane");
      takes_rule(command, one);
      break;
    case Mode::kSlow:
      command->add_option("domain", one.domain, "recipient domain")->type_name(kind::kLane)->required();
      command->add_option("--rate", one.rate, "recipients, as 1/s, 60/m or 100/h")->type_name(kind::kRate)->required();
      takes_rule(command, one);
      break;
    case Mode::kResume:
      command->add_option("domain", one.domain, "recipient domain")->type_name(kind::kLane);
      command->add_flag("--all", one.all, "what was ordered for every lane");
      break;
    case Mode::kRetry:
      takes_scope(command, one);
      command->add_flag("--all", one.all, "everything that waits");
      break;
    case Mode::kHold:
      takes_scope(command, one);
      command->add_option("--reason", one.reason, "why; it stands in the events")->type_name(kind::kWords);
      break;
    case Mode::kRelease:
      takes_scope(command, one);
      command->add_flag("--all", one.all, "everything that is held");
      break;
    case Mode::kBounce:
      takes_scope(command, one);
      command->add_option("--reason", one.reason, "why; it stands in the events")->type_name(kind::kWords);
      command->add_flag("--yes", one.yes, "do not ask");
      break;
  }
}

}  // namespace

void describe_queue(CLI::App& app, Choice& choice) {
  const auto plain = std::make_shared<QueueArguments>();
  CLI::App* queue = app.add_subcommand("queue", "what waits, why, and what to do about it; alone: the lanes");
  queue->require_subcommand(0, 1);
  add_store_options(queue, plain->store);
  queue->add_flag("--json", plain->json, "answer as one JSON object");
  queue->add_flag("--jsonl", plain->jsonl, "a line each, as JSON");
  std::vector<std::pair<CLI::App*, std::shared_ptr<QueueArguments>>> verbs;
  for (const Verb& verb : {Verb{"summary", "how much waits, and what is ordered", Mode::kSummary},
                           Verb{"top", "the lanes in which most waits", Mode::kTop},
                           Verb{"list", "all lanes that wait or deliver", Mode::kList},
                           Verb{"explain", "in words, why mail for a domain waits", Mode::kExplain},
                           Verb{"retry", "what waits is due now", Mode::kRetry},
                           Verb{"pause", "begin no attempt there, over restarts, until it is resumed", Mode::kPause},
                           Verb{"slow", "not more than so many recipients there, one after another", Mode::kSlow},
                           Verb{"resume", "end a pause, or a slowing", Mode::kResume},
                           Verb{"held", "what is not tried until it is released, and why", Mode::kHeld},
                           Verb{"hold", "do not try what waits there now until it is released; what comes later goes on", Mode::kHold},
                           Verb{"release", "what is held waits again", Mode::kRelease},
                           Verb{"bounce", "what waits fails for good, with an event each; asks, or takes --yes", Mode::kBounce}}) {
    const auto one = std::make_shared<QueueArguments>();
    one->mode = verb.mode;
    CLI::App* command = queue->add_subcommand(verb.word, verb.about);
    add_arguments(command, *one);
    add_store_options(command, one->store);
    command->add_flag("--json", one->json, "answer as one JSON object");
    verbs.emplace_back(command, one);
  }
  // A parent's choice is made after its child's, so it must not stand in the way.
  queue->callback([&choice, plain, verbs] {
    for (const auto& [command, one] : verbs) {
      if (command->parsed()) {
        choice.run = [one] { return queue_command(*one); };
        return;
      }
    }
    choice.run = [plain] { return queue_command(*plain); };
  });
}

}  // namespace postroad::app
