// Commands that ask or change what the store holds: audit, fsck, domain, key, credential.
#include "app/cli_commands.h"

namespace postroad::app {
namespace {

/// A command that is one call of Control, with the parameters it adds.
class Question {
 public:
  Question(CLI::App* parent, const std::string& word, const std::string& about, const std::string& call, Choice& choice)
      : arguments_(std::make_shared<OperatorArguments>()), command_(parent->add_subcommand(word, about)) {
    arguments_->call = call;
    add_store_options(command_, arguments_->store);
    command_->add_flag("--json", arguments_->json, "answer as one JSON object");
    choose(command_, choice, arguments_, operator_command);
  }
  /// A positional argument that must be there.
  Question& needs(const char* kind, const std::string& name, const std::string& about) {
    command_->add_option(name, arguments_->parameters[name], about)->type_name(kind)->required();
    return *this;
  }
  Question& takes(const char* kind, const std::string& option, const std::string& name, const std::string& about) {
    last_ = command_->add_option(option, arguments_->parameters[name], about)->type_name(kind);
    return *this;
  }
  /// A flag, which says "yes".
  Question& flag(const std::string& option, const std::string& name, const std::string& about) {
    command_->add_flag_callback(option, [arguments = arguments_, name] { arguments->parameters[name] = "yes"; }, about);
    return *this;
  }
  /// What the word itself says.
  Question& says(const std::string& name, const std::string& value) {
    arguments_->parameters[name] = value;
    return *this;
  }
  /// The answer is the list of that name.
  Question& lists(const std::string& list) {
    arguments_->list = list;
    command_->add_flag("--jsonl", arguments_->jsonl, "a line each, as JSON");
    return *this;
  }
  CLI::Option* last() { return last_; }

 private:
  std::shared_ptr<OperatorArguments> arguments_;
  CLI::App* command_;
  CLI::Option* last_ = nullptr;
};

void describe_dns(CLI::App* domain, Choice& choice) {
  using Mode = DomainArguments::Mode;
  struct Kind {
    const char* word;
    const char* about;
    Mode mode;
  };
  for (const Kind& kind : {Kind{"dns", "the DNS records a domain needs", Mode::kDns},
                           Kind{"check", "ask DNS for each record, and say what is wrong; exit 1 when mail would not be believed", Mode::kCheck},
                           Kind{"wait", "until what must be in DNS is there; exit 75 when it is not in time", Mode::kWait},
                           Kind{"verify", "check, and make an unverified domain active when it is ready", Mode::kVerify},
                           Kind{"rotate-dkim", "make new DKIM keys; run again once they are published, to sign with them", Mode::kRotate}}) {
    const auto one = std::make_shared<DomainArguments>();
    one->mode = kind.mode;
    CLI::App* command = domain->add_subcommand(kind.word, kind.about);
    command->add_option("name", one->name, "the domain")->type_name(kind::kDomain)->required();
    add_store_options(command, one->store);
    command->add_flag("--json", one->json, "answer as one JSON object");
    if (kind.mode == Mode::kDns) {
      command->add_option("--format", one->format, "table, zone (a zone file), csv, json, cloudflare (a call of its API) or terraform (a local)")
          ->check(CLI::IsMember({"table", "zone", "csv", "json", "cloudflare", "terraform"}))
          ->capture_default_str();
    }
    if (kind.mode == Mode::kWait) command->add_option("--timeout", one->timeout, "so long at most")->type_name(kind::kTime)->capture_default_str();
    if (kind.mode == Mode::kRotate) command->add_option("--selector", one->selector, "of the new keys (default: the old one's with the next number)")->type_name(kind::kName);
    choose(command, choice, one, domain_command);
  }
}

void describe_domain(CLI::App& app, Choice& choice) {
  CLI::App* domain = app.add_subcommand("domain", "sending domains")->require_subcommand(1);
  Question(domain, "add", "add a domain; it is active at once", "domain_add", choice)
      .needs(kind::kName, "name", "the domain")
      .takes(kind::kName, "--selector", "selector", "DKIM selector")
      .flag("--unverified", "unverified", "its mail is refused until `domain verify` finds its records");
  Question(domain, "list", "all domains", "domain_list", choice).lists("domains");
  Question(domain, "show", "one domain, its state and its records", "domain_show", choice).needs(kind::kDomain, "name", "the domain");
  describe_dns(domain, choice);
  Question(domain, "pause", "refuse its new mail; what waits goes on waiting", "domain_state", choice).needs(kind::kDomain, "name", "the domain").says("state", "disabled");
  Question(domain, "resume", "take and deliver its mail again", "domain_state", choice).needs(kind::kDomain, "name", "the domain").says("state", "active");
  Question(domain, "remove", "remove a domain", "domain_remove", choice).needs(kind::kDomain, "name", "the domain");
}

}  // namespace

void describe_store_commands(CLI::App& app, Choice& choice) {
  Question(&app, "audit", "prove from the store that accepted = ended + waiting", "audit", choice);

  const auto checked = std::make_shared<FsckArguments>();
  CLI::App* fsck = app.add_subcommand("fsck", "verify the store; damaged content is quarantined, nothing deleted");
  add_store_options(fsck, checked->store);
  fsck->add_flag("--json", checked->json, "answer as one JSON object");
  choose(fsck, choice, checked, fsck_command);

  describe_domain(app, choice);
  CLI::App* key = app.add_subcommand("key", "API keys")->require_subcommand(1);
  Question create(key, "create", "make an API key; it is shown once", "key_create", choice);
  create.takes(kind::kWords, "--description", "description", "what it is for");
  create.takes(kind::kName, "--role", "role", "what it may do: admin, developer, basic, sending (default: admin)");
  create.last()->check(CLI::IsMember({"admin", "developer", "basic", "sending"}));
  Question(key, "list", "all API keys, without their secrets", "key_list", choice).lists("keys");
  Question(key, "revoke", "end an API key, at once", "key_revoke", choice).needs(kind::kKey, "id", "its id, as `key list` shows it");

  CLI::App* credential = app.add_subcommand("credential", "SMTP logins of a domain")->require_subcommand(1);
  Question(credential, "create", "make a login, or give it another password; a password it makes is shown once", "credential_create", choice)
      .needs(kind::kLogin, "login", "the login, as app@mail.example.com")
      .takes(kind::kFile, "--password-file", "password_file", "take the password from this file (-: standard input)");
  Question(credential, "list", "logins of a domain", "credential_list", choice).needs(kind::kDomain, "domain", "the domain").lists("credentials");
  Question(credential, "delete", "delete a login", "credential_delete", choice).needs(kind::kLogin, "login", "the login, as app@mail.example.com");
}

}  // namespace postroad::app
