// What --help ends with: how a command is used.
#include <fmt/format.h>

#include "app/cli_commands.h"

namespace postroad::app {
namespace {

struct Example {
  std::string_view path;   ///< "queue pause"
  std::string_view lines;  ///< What is typed, and what it is for.
};

constexpr Example kExamples[] = {
    {"dev", "  postroad dev --warp 600                    # eight hours of retries in 48 seconds\n"
            "  postroad dev --ephemeral --seed demo       # something to look at, and nothing left behind\n"},
    {"dev trust", "  eval \"$(postroad dev trust)\"               # this shell's clients trust the sandbox\n"},
    {"serve", "  postroad serve --config /etc/postroad/postroad.toml\n"
              "  postroad serve mail.example.com --check    # production on 443, 587 and 465: what would it do?\n"
              "  kill -HUP PID                              # reads the configuration again, as postroad config reload\n"},
    {"send", "  postroad send --to ana@corp.test --subject Hi --text Hello\n"
             "  postroad send --to bounce@corp.test --trace                       # a sandbox: the SMTP conversation, exit 3\n"
             "  postroad send --to ana@corp.test --text @body.txt --attach a.pdf --at +2h\n"
             "  postroad send --to ana@corp.test -n 100 --rate 10/s --wait        # and how they ended\n"
             "  postroad send --domain acme.test --to ana@corp.test --raw < message.eml\n"},
    {"log", "  postroad log ana@corp.test                 # where is my mail?\n"
            "  postroad log to:ana event:failed --since 1h --columns time,to,code,answer\n"
            "  postroad log --follow --jsonl\n"},
    {"log show", "  postroad log show 20261122070512.4e1c@acme.test\n"},
    {"log trace", "  postroad log trace 20261122070512.4e1c@acme.test\n"},
    {"log wait", "  postroad log wait to:ana event:delivered --timeout 10s            # for tests\n"},
    {"inbox", "  postroad inbox code --to ana@corp.test     # waits for the mail, prints its one-time code\n"
              "  postroad inbox list subject:welcome --jsonl\n"},
    {"queue", "  postroad queue explain corp.test           # why does it wait?\n"
              "  postroad queue pause corp.test --for 2h --reason \"they move\"\n"
              "  postroad queue retry corp.test\n"},
    {"queue explain", "  postroad queue explain corp.test\n"},
    {"queue pause", "  postroad queue pause corp.test --for 2h --reason \"they move\"\n"
                    "  postroad queue pause --all\n"},
    {"queue slow", "  postroad queue slow corp.test --rate 60/m\n"},
    {"queue retry", "  postroad queue retry corp.test\n"
                    "  postroad queue retry --message 20261122070512.4e1c@acme.test\n"},
    {"queue hold", "  postroad queue hold --message 20261122070512.4e1c@acme.test --reason \"wrong price\"\n"},
    {"queue release", "  postroad queue release --message 20261122070512.4e1c@acme.test\n"},
    {"queue bounce", "  postroad queue bounce corp.test --reason \"the domain is no more\"\n"},
    {"domain", "  postroad domain add mail.example.com --unverified\n"
               "  postroad domain dns mail.example.com --format zone\n"
               "  postroad domain wait mail.example.com && postroad domain verify mail.example.com\n"},
    {"domain dns", "  postroad domain dns mail.example.com --format zone > mail.example.com.zone\n"},
    {"domain rotate-dkim", "  postroad domain rotate-dkim mail.example.com    # shows the new records\n"
                           "  postroad domain rotate-dkim mail.example.com    # once they are published: they sign\n"},
    {"key", "  postroad key create --role sending --description shop > shop.key\n"},
    {"credential", "  postroad credential create app@mail.example.com > app.password\n"},
    {"config", "  postroad config check postroad.toml\n"
               "  postroad config docs delivery\n"
               "  postroad config set delivery.retries 5m,10m,1h --config postroad.toml && postroad config reload --config postroad.toml\n"},
    {"config set", "  postroad config set log.level debug --config postroad.toml\n"
                   "  postroad config set http.listen 127.0.0.1:8080 [::1]:8080 --config postroad.toml\n"},
    {"config docs", "  postroad config docs                       # the sections\n"
                    "  postroad config docs delivery.attempt_for\n"},
    {"login", "  postroad login --url https://mail.example.com < admin.key\n"},
    {"whoami", "  postroad whoami --json\n"},
    {"doctor", "  postroad doctor --config postroad.toml --only net,dns\n"
               "  postroad doctor mail.example.com --only machine                   # of `postroad serve mail.example.com`\n"
               "  postroad doctor --config postroad.toml --fix                      # as root, or as the server's user\n"
               "  postroad doctor --outside mail.example.com                        # on another machine\n"},
    {"completion", "  eval \"$(postroad completion bash)\"         # in ~/.bashrc\n"
                   "  postroad completion fish | source\n"},
};

void add_examples(CLI::App& command, const std::string& path) {
  const auto* const found = std::ranges::find(kExamples, path, &Example::path);
  command.footer(found == std::end(kExamples) ? std::string() : fmt::format("Examples:\n{}", found->lines));
  for (CLI::App* next : command.get_subcommands([](const CLI::App*) { return true; })) {
    add_examples(*next, path.empty() ? next->get_name() : path + " " + next->get_name());
  }
}

}  // namespace

void add_help_endings(CLI::App& app, const std::string& of_all) {
  add_examples(app, "");
  app.footer(of_all);
}

}  // namespace postroad::app
