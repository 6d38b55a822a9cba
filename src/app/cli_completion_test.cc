#include <gtest/gtest.h>

#include "app/cli_commands.h"
#include "app/completion_reply.h"

namespace postroad::app {
namespace {

class CommandLine : public ::testing::Test {
 protected:
  CommandLine() { describe_everything(app_, choice_); }

  std::vector<std::string> values(const std::vector<std::string>& before, const std::string& typed) {
    std::vector<std::string> all;
    for (const Suggestion& one : complete_line(app_, before, typed).suggestions) all.push_back(one.value);
    return all;
  }
  ValueSource source(const std::vector<std::string>& before, const std::string& typed = "") { return complete_line(app_, before, typed).source; }

  CLI::App app_{"postroad"};
  Choice choice_;
};
using Words = std::vector<std::string>;

/// Every argument of every command; what is wrong with it, a line each.
void look_at(const CLI::App& command, const std::string& path, int& arguments, std::string& wrong) {
  for (const CLI::Option* option : command.get_options()) {
    const std::string kind = declared_kind(*option);
    arguments += option->get_positional() ? 1 : 0;
    if (!kind.empty() && find_value_kind(kind) == nullptr) wrong += path + ": " + option->get_name(option->get_positional()) + " is of no declared kind: " + kind + "\n";
  }
  for (const CLI::App* next : command.get_subcommands([](const CLI::App*) { return true; })) look_at(*next, path + " " + next->get_name(), arguments, wrong);
}

TEST_F(CommandLine, DeclaresWhatEveryValueIs) {
  int arguments = 0;
  std::string wrong;
  look_at(app_, "postroad", arguments, wrong);
  EXPECT_EQ(wrong, "") << "type_name(kind::…) at its definition";
  EXPECT_GT(arguments, 25);

  CLI::App other{"other"};
  std::string undeclared, unknown;
  other.add_option("thing", undeclared, "");
  other.add_option("--odd", unknown, "")->type_name("ODD");
  look_at(other, "other", arguments, wrong);
  EXPECT_EQ(wrong, "other: thing is of no declared kind: TEXT\nother: --odd is of no declared kind: ODD\n");
}

TEST_F(CommandLine, CompletesCommandsOptionsAndSets) {
  EXPECT_EQ(values({}, "do"), (Words{"doctor", "domain"}));
  EXPECT_EQ(values({"log", "wait"}, "--ti"), Words{"--timeout"});
  EXPECT_EQ(values({"inbox"}, "co"), Words{"code"});
  EXPECT_EQ(values({"completion"}, ""), (Words{"bash", "zsh", "fish", "words"}));
  EXPECT_EQ(values({"key", "create", "--role"}, "d"), Words{"developer"});
  EXPECT_EQ(values({"key", "create"}, "--role=s"), Words{"--role=sending"});
  EXPECT_EQ(values({"domain", "dns", "x.test", "--format"}, "z"), Words{"zone"});
  EXPECT_EQ(values({"send", "--text", "domain", "--no"}, "--wa"), Words{"--wait"}) << "a value is no command";
  EXPECT_EQ(values({"key", "create", "--"}, "--ro"), Words{});
  EXPECT_EQ(values({"bogus"}, "x"), Words{});
}

TEST_F(CommandLine, CompletesWhatTheProgramItselfKnows) {
  EXPECT_EQ(values({"config", "get"}, "delivery.ret"), Words{"delivery.retries"});
  EXPECT_EQ(values({"config", "set", "tls.mode"}, "f"), Words{"files"});
  EXPECT_EQ(values({"config", "docs"}, "tls"), (Words{"tls.mode", "tls.cert", "tls.key", "tls"}));
  EXPECT_EQ(values({"log", "--event"}, "d"), Words{"delivered"});
  EXPECT_EQ(values({"log"}, "ev"), Words{"event:"});
  EXPECT_EQ(values({"log", "to:ana"}, "event:f"), Words{"event:failed"});
  EXPECT_EQ(values({"log", "--columns"}, "time,ev"), Words{"time,event"});
  EXPECT_EQ(values({"doctor", "--only"}, "net,dn"), Words{"net,dns"});
}

TEST_F(CommandLine, LeavesFilesToTheShell) {
  EXPECT_EQ(source({"config", "check"}), ValueSource::kFiles);
  EXPECT_EQ(source({"serve", "--config"}), ValueSource::kFiles);
  EXPECT_EQ(source({"serve"}, "--config=x"), ValueSource::kFiles);
  EXPECT_EQ(source({"queue", "-c"}), ValueSource::kFiles);
  EXPECT_EQ(source({"dev", "--data-dir"}), ValueSource::kDirectories);
  EXPECT_EQ(source({"send", "--subject"}), ValueSource::kNone);
}

TEST(BashLine, IsReadAsTheShellReadsIt) {
  struct Case {
    std::string_view line;
    Words before;
    std::string typed;
    std::size_t kept;
    bool in_quotes;
  };
  constexpr std::string_view kBreaks = " \t\n\"'@><=;|&(:";
  for (const Case& one : {Case{"postroad ", {}, "", 0, false}, Case{"postroad queue pa", {"queue"}, "pa", 0, false},
                          Case{"POSTROAD_URL=http://x postroad log  event:fa", {"log"}, "event:fa", 6, false},
                          Case{"postroad log to:ana@co", {"log"}, "to:ana@co", 6, false}, Case{"postroad log --event=", {"log"}, "--event=", 8, false},
                          Case{"postroad log 'a b' \"to:x", {"log", "a b"}, "to:x", 0, true}, Case{R"(postroad log a\ b\$\(x\) )", {"log", "a b$(x)"}, "", 0, false},
                          Case{R"(postroad log "a\"b\x" 'it)", {"log", R"(a"b\x)"}, "it", 0, true}, Case{"postroad log subject:\"a b", {"log"}, "subject:a b", 8, true},
                          Case{"postroad log $(touch x) `id` ", {"log", "$(touch", "x)", "`id`"}, "", 0, false}, Case{"postroad log x\\", {"log"}, "x", 0, false}}) {
    SCOPED_TRACE(one.line);
    const BashLine read = read_bash_line(one.line, kBreaks);
    EXPECT_EQ(read.before, one.before);
    EXPECT_EQ(read.typed, one.typed);
    EXPECT_EQ(read.kept, one.kept);
    EXPECT_EQ(read.in_quotes, one.in_quotes);
  }
}

TEST(Replies, AreWordsAndNothingElse) {
  EXPECT_EQ(bash_quoted("$(touch x)`id`;a'b\"c\\d~*?{}[]!#&|<>^"), R"(\$\(touch\ x\)\`id\`\;a\'b\"c\\d\~\*\?\{\}\[\]\!\#\&\|\<\>\^)");
  EXPECT_EQ(bash_quoted("ana+x@corp.test"), "ana+x@corp.test");
  EXPECT_EQ(bash_quoted("grüße"), "grüße");
  for (const char* text : {"a\nb", "a\tb", "a\x1b[2J", "\x7f", "a\xc2\x9b", ""}) EXPECT_FALSE(is_plain(text));
  EXPECT_TRUE(is_plain("grüße \xc2\xa0"));

  const Suggestions odd{{"a b", "one"}, {"a\nrm", "two"}, {"ab", "three\n"}};
  EXPECT_EQ(bash_reply({{}, "a", 0, false}, ValueSource::kSuggested, odd), "values\na\\ b\nab\n");
  EXPECT_EQ(bash_reply({{}, "a", 0, true}, ValueSource::kSuggested, odd), "values\nab\n");
  EXPECT_EQ(bash_reply({{}, "to:", 3, false}, ValueSource::kSuggested, {{"to:ana@x.test", ""}}), "values\nana@x.test\n");
  EXPECT_EQ(bash_reply({{}, "ev", 0, false}, ValueSource::kSuggested, {{"event:", ""}}), "nospace\nevent:\n");
  EXPECT_EQ(tab_reply(ValueSource::kSuggested, odd), "values\na b\tone\nab\n");
  EXPECT_EQ(tab_reply(ValueSource::kFiles, {}), "files\n");
}

}  // namespace
}  // namespace postroad::app
