// send, log, inbox, login, logout, whoami.
#include "app/cli_commands.h"

namespace postroad::app {
namespace {

void describe_send(CLI::App& app, Choice& choice) {
  const auto arguments = std::make_shared<SendArguments>();
  SendArguments& mail = *arguments;
  CLI::App* send = app.add_subcommand("send", "send a message and follow it to its end; exit 3 when it will never arrive");
  add_remote_options(send, mail.remote);
  send->add_option("--domain", mail.domain, "sending domain (default: that of --from)")->type_name(kind::kDomain);
  send->add_option("--from", mail.from, "sender (the sandbox has one of its own)")->type_name(kind::kAddress);
  send->add_option("--to", mail.to, "recipient; may be repeated")->type_name(kind::kAddress);
  send->add_option("--cc", mail.cc, "recipient of a copy; may be repeated")->type_name(kind::kAddress);
  send->add_option("--bcc", mail.bcc, "recipient of a blind copy; may be repeated")->type_name(kind::kAddress);
  send->add_option("--subject", mail.subject, "subject")->type_name(kind::kWords);
  send->add_option("--text", mail.text, "text; @FILE reads a file, - standard input")->type_name(kind::kText);
  send->add_option("--html", mail.html, "HTML; @FILE reads a file, - standard input")->type_name(kind::kText);
  send->add_option("--attach", mail.attach, "file to attach; may be repeated")->type_name(kind::kFile);
  send->add_option("--inline", mail.inlined, "picture for cid:NAME in the HTML; may be repeated")->type_name(kind::kFile);
  send->add_option("--header", mail.headers, "header field, as 'X-Name: value'; may be repeated")->type_name(kind::kHeader);
  send->add_option("--tag", mail.tags, "tag; may be repeated")->type_name(kind::kWords);
  send->add_option("--var", mail.variables, "user variable, as name=value; may be repeated")->type_name(kind::kPair);
  send->add_option("--at", mail.at, "deliver later: +2h, a date, or seconds since 1970")->type_name(kind::kTime);
  send->add_option("--eml", mail.eml, "send this file as it is, to --to (-: standard input)")->type_name(kind::kFile);
  send->add_flag("--raw", mail.raw, "send the message on standard input as it is, to --to");
  send->add_option("--template", mail.templated, "a stored template: of a later version")->type_name(kind::kWords);
  send->add_option("-n,--n", mail.count, "send so many")->check(CLI::Range(1, SendArguments::kMessagesMax))->capture_default_str();
  send->add_option("--rate", mail.rate, "of several, so many at most, as 10/s, 60/m or 100/h")->type_name(kind::kRate);
  send->add_flag("--wait", mail.wait, "follow several to their ends, too, and count them; one is followed anyway");
  send->add_flag("--no-wait", mail.no_wait, "do not follow it");
  send->add_option("--timeout", mail.timeout, "follow it so long; then exit 75")->type_name(kind::kTime)->capture_default_str();
  send->add_flag("--trace", mail.trace, "and show the SMTP conversations (sandbox)");
  send->add_flag("--json", mail.json, "answer as one JSON object");
  choose(send, choice, arguments, send_command);
}

void add_log_source(CLI::App* command, LogArguments& log) {
  add_store_options(command, log.store);
  add_remote_options(command, log.remote);
  command->add_option("--domain", log.domain, "of a remote server, this domain alone")->type_name(kind::kDomain);
  command->add_flag("--json", log.json, "answer as one JSON object");
}

void describe_log(CLI::App& app, Choice& choice) {
  const auto arguments = std::make_shared<LogArguments>();
  CLI::App* log = app.add_subcommand("log", "what happened, newest first; with a message id, its whole story");
  log->require_subcommand(0, 1);
  add_log_source(log, *arguments);
  log->add_option("query", arguments->query, "words, to:, from:, subject:, tag:, msgid:, event:, after:, before:; events that have all of them")->type_name(kind::kTerm);
  log->add_option("--limit", arguments->limit, "at most so many events")->check(CLI::Range(1, 1000))->capture_default_str();
  log->add_option("--since", arguments->since, "only what is not older, as 1h")->type_name(kind::kTime);
  log->add_option("--event", arguments->event, "only these: accepted, delivered, failed, …")->type_name(kind::kEvent);
  log->add_flag("-f,--follow", arguments->follow, "go on with what comes");
  log->add_flag("--jsonl", arguments->jsonl, "an event a line, as JSON");
  log->add_option("--columns", arguments->columns, "these alone, with tabs between: time, event, to, from, subject, id, code, answer, mx, …")->type_name(kind::kColumn)->delimiter(',');

  using Mode = LogArguments::Mode;
  struct Kind {
    const char* word;
    const char* about;
    Mode mode;
  };
  std::vector<std::pair<CLI::App*, std::shared_ptr<LogArguments>>> kinds;
  for (const Kind& kind : {Kind{"show", "one message's whole story", Mode::kShow},
                           Kind{"trace", "one message's SMTP conversations", Mode::kTrace},
                           Kind{"wait", "wait for an event that matches; exit 6 when none comes", Mode::kWait}}) {
    const auto one = std::make_shared<LogArguments>();
    one->mode = kind.mode;
    CLI::App* command = log->add_subcommand(kind.word, kind.about);
    add_log_source(command, *one);
    if (kind.mode == Mode::kWait) {
      command->add_option("--columns", one->columns, "these alone, with tabs between, as of log")->type_name(kind::kColumn)->delimiter(',');
      command->add_option("query", one->query, "words, to:, from:, subject:, tag:, msgid:, event:")->type_name(kind::kTerm)->required();
      command->add_option("--timeout", one->timeout, "so long at most")->type_name(kind::kTime)->capture_default_str();
      command->add_option("--since", one->since, "events from then on count, as 5m (default: 1m)")->type_name(kind::kTime);
    } else {
      command->add_option("id", one->query, "Message-Id, or a term that only this message has")->type_name(kind::kMessage)->required()->expected(1);
    }
    kinds.emplace_back(command, one);
  }
  log->callback([&choice, arguments, kinds] {
    for (const auto& [command, one] : kinds) {
      if (command->parsed()) {
        choice.run = [one] { return log_command(*one); };
        return;
      }
    }
    choice.run = [arguments] { return log_command(*arguments); };
  });
}

void describe_inbox(CLI::App& app, Choice& choice) {
  using Mode = InboxArguments::Mode;
  CLI::App* inbox = app.add_subcommand("inbox", "mail the sandbox has captured")->require_subcommand(1);
  struct Kind {
    const char* word;
    const char* about;
    Mode mode;
  };
  for (const Kind& kind : {Kind{"list", "captured messages, newest first", Mode::kList},
                           Kind{"open", "one message: its headers and its text", Mode::kOpen},
                           Kind{"raw", "one message as it would be delivered", Mode::kRaw},
                           Kind{"links", "the links in a message, a line each", Mode::kLinks},
                           Kind{"code", "the one-time code in a message", Mode::kCode},
                           Kind{"delete", "delete a message, or --all", Mode::kDelete}}) {
    const auto one = std::make_shared<InboxArguments>();
    one->mode = kind.mode;
    CLI::App* command = inbox->add_subcommand(kind.word, kind.about);
    add_remote_options(command, one->remote);
    command->add_flag("--json", one->json, "answer as one JSON object");
    if (kind.mode == Mode::kList) {
      command->add_option("query", one->query, "words, to:, from:, subject:, is:failed, has:attachment")->type_name(kind::kInboxTerm);
      command->add_flag("--jsonl", one->jsonl, "a message a line, as JSON");
      command->add_option("--limit", one->limit, "at most so many")->check(CLI::Range(1, 500))->capture_default_str();
    } else {
      command->add_option("message", one->key, "its key, as the list shows it (default: the newest that matches)")->type_name(kind::kCaptured);
    }
    if (kind.mode == Mode::kDelete) command->add_flag("--all", one->all, "all of them");
    if (kind.mode != Mode::kList && kind.mode != Mode::kDelete) {
      command->add_option("--to", one->to, "the newest to this recipient; waits for one to come")->type_name(kind::kAddress);
      command->add_option("--from", one->from, "the newest from this sender")->type_name(kind::kAddress);
      command->add_option("--subject", one->subject, "the newest with this in its subject")->type_name(kind::kWords);
      command->add_option("--timeout", one->timeout, "wait so long")->type_name(kind::kTime)->capture_default_str();
    }
    choose(command, choice, one, inbox_command);
  }
}

void describe_login(CLI::App& app, Choice& choice) {
  const auto arguments = std::make_shared<RemoteArguments>();
  CLI::App* login = app.add_subcommand("login", "note a server and its key for this user's commands; the key from --key or standard input");
  add_remote_options(login, *arguments);
  choose(login, choice, arguments, login_command);

  CLI::App* logout = app.add_subcommand("logout", "forget them");
  logout->callback([&choice] { choice.run = logout_command; });

  const auto asked = std::make_shared<WhoamiArguments>();
  CLI::App* whoami = app.add_subcommand("whoami", "which server commands call, with which key, and what decided it");
  add_remote_options(whoami, asked->remote);
  whoami->add_flag("--json", asked->json, "answer as one JSON object");
  choose(whoami, choice, asked, whoami_command);
}

}  // namespace

void describe_mail_commands(CLI::App& app, Choice& choice) {
  describe_send(app, choice);
  describe_log(app, choice);
  describe_inbox(app, choice);
  describe_login(app, choice);
}

}  // namespace postroad::app
