// What may stand next on a command line: read from the command line's own definition, so that it cannot fall behind.
#include <algorithm>

#include "app/cli_commands.h"
#include "base/text.h"

namespace postroad::app {
namespace {

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

/// "{a,b}" of CLI::IsMember, which stands behind the type's name.
std::vector<std::string> members_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const std::size_t begin = type.find(":{"), end = type.rfind('}');
  std::vector<std::string> members;
  if (begin == std::string::npos || end == std::string::npos) return members;
  for (const std::string_view one : split(std::string_view(type).substr(begin + 2, end - begin - 2), ',')) members.emplace_back(one);
  return members;
}

const CLI::Option* option_named(const CLI::App& command, std::string_view word) {
  for (const CLI::Option* option : command.get_options()) {
    const bool is_long = word.starts_with("--") && std::ranges::count(option->get_lnames(), word.substr(2)) > 0;
    const bool is_short = word.size() == 2 && std::ranges::count(option->get_snames(), word.substr(1)) > 0;
    if (is_long || is_short) return option;
  }
  return nullptr;
}

std::vector<const CLI::App*> commands_of(const CLI::App& command) {
  return command.get_subcommands([](const CLI::App*) { return true; });
}

/// Words that are read from left to right, until the cursor.
class Reading {
 public:
  explicit Reading(const CLI::App& app) : command_(&app) {}

  void read(const std::string& word) {
    if (waiting_ != nullptr) return give(*std::exchange(waiting_, nullptr), word);
    if (!only_positional_ && word == "--") {
      only_positional_ = true;
    } else if (!only_positional_ && word.size() > 1 && word.front() == '-') {
      read_option(word);
    } else {
      read_plain(word);
    }
  }

  Completion complete(const std::string& typed) const {
    if (waiting_ != nullptr) return values_of(*waiting_, "", typed);
    if (!only_positional_ && typed.starts_with("--") && typed.find('=') != std::string::npos) {
      const std::size_t at = typed.find('=');
      const CLI::Option* const option = option_named(*command_, std::string_view(typed).substr(0, at));
      return option == nullptr || !takes_value(*option) ? Completion{} : values_of(*option, typed.substr(0, at + 1), typed.substr(at + 1));
    }
    if (!only_positional_ && typed.starts_with('-')) return {ValueSource::kSuggested, options()};
    Completion found{ValueSource::kSuggested, {}};
    if (question_.before.empty()) {
      for (const CLI::App* next : commands_of(*command_)) found.suggestions.push_back({next->get_name(), next->get_description()});
    }
    if (const CLI::Option* const place = positional(question_.before.size())) {
      Completion values = values_of(*place, "", typed);
      if (values.source != ValueSource::kNone) found.source = values.source;
      std::ranges::move(values.suggestions, std::back_inserter(found.suggestions));
    } else if (!only_positional_ && commands_of(*command_).empty()) {
      found.suggestions = options();
    }
    return found;
  }

 private:
  void read_option(const std::string& word) {
    const std::size_t at = word.starts_with("--") ? word.find('=') : std::string::npos;
    const CLI::Option* const option = option_named(*command_, std::string_view(word).substr(0, at));
    if (option == nullptr || !takes_value(*option)) return;
    if (at == std::string::npos) {
      waiting_ = option;
    } else {
      give(*option, word.substr(at + 1));
    }
  }
  void read_plain(const std::string& word) {
    const std::vector<const CLI::App*> next = commands_of(*command_);
    const auto found = std::ranges::find_if(next, [&word](const CLI::App* one) { return one->get_name() == word; });
    if (question_.before.empty() && found != next.end()) {
      command_ = *found;
    } else {
      question_.before.push_back(word);
    }
  }
  void give(const CLI::Option& option, const std::string& value) {
    if (!option.get_lnames().empty()) question_.options[option.get_lnames().front()] = value;
  }

  /// The one at this place; the last of them may take several.
  const CLI::Option* positional(std::size_t place) const {
    const CLI::Option* last = nullptr;
    for (const CLI::Option* option : command_->get_options()) {
      if (!option->get_positional()) continue;
      last = option;
      if (place-- == 0) return option;
    }
    return last != nullptr && last->get_items_expected_max() > 1 ? last : nullptr;
  }

  Suggestions options() const {
    Suggestions all;
    for (const CLI::Option* option : command_->get_options()) {
      for (const std::string& name : option->get_lnames()) all.push_back({"--" + name, option->get_description()});
    }
    std::ranges::sort(all, {}, &Suggestion::value);
    return all;
  }

  Completion values_of(const CLI::Option& option, const std::string& kept, const std::string& typed) const {
    Completion found{ValueSource::kSuggested, {}};
    for (std::string& member : members_of(option)) found.suggestions.push_back({kept + std::move(member), {}});
    const ValueKind* const kind = find_value_kind(declared_kind(option));
    if (kind == nullptr) return found;
    found.source = kind->source;
    if (kind->suggest == nullptr) return found;
    const std::size_t comma = kind->with_commas ? typed.rfind(',') : std::string::npos;
    const std::string first = comma == std::string::npos ? std::string() : typed.substr(0, comma + 1);
    ValueQuestion question = question_;
    question.typed = typed.substr(first.size());
    question.of_store = option_named(*command_, "--data-dir") != nullptr;
    question.of_server = option_named(*command_, "--url") != nullptr;
    for (Suggestion& one : kind->suggest(question)) {
      if (one.value.starts_with('-')) continue;  // It would be read as an option.
      found.suggestions.push_back({kept + first + one.value, std::move(one.about)});
    }
    return found;
  }

  const CLI::App* command_;
  const CLI::Option* waiting_ = nullptr;  ///< Its value comes next.
  bool only_positional_ = false;
  ValueQuestion question_;
};

}  // namespace

std::string declared_kind(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const std::string name = type.substr(0, type.find(':'));
  const bool is_number = name.starts_with("INT") || name.starts_with("UINT");
  return takes_value(option) && members_of(option).empty() && !is_number ? name : std::string();
}

Completion complete_line(const CLI::App& app, const std::vector<std::string>& before, const std::string& typed) {
  Reading reading(app);
  for (const std::string& word : before) reading.read(word);
  Completion found = reading.complete(typed);
  std::erase_if(found.suggestions, [&typed](const Suggestion& one) { return !one.value.starts_with(typed); });
  return found;
}

}  // namespace postroad::app
