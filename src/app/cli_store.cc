// Commands that ask or change what the store holds: queue, audit, fsck, domain, key, credential.
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
  Question& needs(const std::string& name, const std::string& about) {
    command_->add_option(name, arguments_->parameters[name], about)->required();
    return *this;
  }
  Question& takes(const std::string& option, const std::string& name, const std::string& about) {
    last_ = command_->add_option(option, arguments_->parameters[name], about);
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

}  // namespace

void describe_store_commands(CLI::App& app, Choice& choice) {
  Question(&app, "queue", "lanes that wait or deliver", "queue", choice).lists("lanes");
  Question(&app, "audit", "prove from the store that accepted = ended + waiting", "audit", choice);

  const auto checked = std::make_shared<FsckArguments>();
  CLI::App* fsck = app.add_subcommand("fsck", "verify the store; damaged content is quarantined, nothing deleted");
  add_store_options(fsck, checked->store);
  fsck->add_flag("--json", checked->json, "answer as one JSON object");
  choose(fsck, choice, checked, fsck_command);

  CLI::App* domain = app.add_subcommand("domain", "sending domains")->require_subcommand(1);
  Question(domain, "add", "add a domain; it is active at once", "domain_add", choice)
      .needs("name", "the domain")
      .takes("--selector", "selector", "DKIM selector");
  Question(domain, "list", "all domains", "domain_list", choice).lists("domains");
  Question(domain, "dns", "the DNS records a domain needs", "domain_dns", choice).needs("name", "the domain");
  Question(domain, "remove", "remove a domain", "domain_remove", choice).needs("name", "the domain");

  CLI::App* key = app.add_subcommand("key", "API keys")->require_subcommand(1);
  Question create(key, "create", "make an API key; it is shown once", "key_create", choice);
  create.takes("--description", "description", "what it is for");
  create.takes("--role", "role", "what it may do: admin, developer, basic, sending (default: admin)");
  create.last()->check(CLI::IsMember({"admin", "developer", "basic", "sending"}));
  Question(key, "list", "all API keys, without their secrets", "key_list", choice).lists("keys");
  Question(key, "revoke", "end an API key, at once", "key_revoke", choice).needs("id", "its id, as `key list` shows it");

  CLI::App* credential = app.add_subcommand("credential", "SMTP logins of a domain")->require_subcommand(1);
  Question(credential, "create", "make a login, or give it another password; a password it makes is shown once", "credential_create", choice)
      .needs("login", "the login, as app@mail.example.com")
      .takes("--password-file", "password_file", "take the password from this file (-: standard input)");
  Question(credential, "list", "logins of a domain", "credential_list", choice).needs("domain", "the domain").lists("credentials");
  Question(credential, "delete", "delete a login", "credential_delete", choice).needs("login", "the login, as app@mail.example.com");
}

}  // namespace postroad::app
