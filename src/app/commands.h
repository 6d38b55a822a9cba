#pragma once
#include <boost/json/fwd.hpp>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/configuration.h"
#include "app/output.h"
#include "base/result.h"
#include "base/setting.h"

namespace postroad::app {

struct ServeArguments {
  std::vector<std::string> hosts;  ///< Names of this server; the first is server.hostname.
  std::string config;
  bool check = false;  ///< Only say whether the configuration is good.
  bool lenient = false;  ///< An unknown setting is a warning.
};
int serve_command(const ServeArguments& arguments);

struct DevArguments {
  int http_port = 8025;
  int smtp_port = 1025;
  std::string data_dir;    ///< Empty: ~/.local/share/postroad/dev
  int warp = 1;            ///< Retries and schedules run so many times faster.
  bool ephemeral = false;  ///< A directory that goes when the sandbox ends.
  bool no_open = false;    ///< No browser.
  std::string seed;        ///< "demo": mail to look at, when there is none.
};
int dev_command(const DevArguments& arguments);
/// Where the sandbox's certificates come from, and how a client is told to trust them.
int dev_trust_command(const std::string& data_dir);
/// ~/.local/share/postroad/dev, or what stands for it.
std::string dev_data_dir();

/// Which store a command asks.
struct StoreArguments {
  std::string config;
  std::string data_dir;  ///< Empty: the configuration's; without one, the sandbox's when only that is there.
};

/// A question to the store: answered by the running server if there is one, else by opening the store.
struct OperatorArguments {
  StoreArguments store;
  bool json = false;
  bool jsonl = false;    ///< Each of `list` as a line.
  std::string list;      ///< Where the answer's rows are; empty: it is no list.
  std::string call;      ///< A name of Control::call.
  std::map<std::string, std::string> parameters;
};
int operator_command(const OperatorArguments& arguments);

/// Which server a command calls over HTTP, when it is not this machine's store.
struct RemoteArguments {
  std::string url;      ///< Empty: POSTROAD_URL, else that of the login, else the sandbox's usual place.
  std::string key;      ///< Empty: POSTROAD_API_KEY, else that of the login, else what the sandbox takes.
  std::string ca_file;  ///< Empty: POSTROAD_CA_FILE, else the system's roots alone.
};

struct WhoamiArguments {
  RemoteArguments remote;
  bool json = false;
};
int login_command(const RemoteArguments& arguments);
int logout_command();
int whoami_command(const WhoamiArguments& arguments);

struct SendArguments {
  RemoteArguments remote;
  static constexpr int kMessagesMax = 10'000;
  std::string domain;  ///< Empty: that of the sender.
  std::string from, subject, text, html, at, eml;
  std::string templated;  ///< Of a later version: refused.
  bool raw = false;       ///< Standard input is the message, as with eml = "-".
  int count = 1;          ///< So many messages, of which each is the same.
  std::string rate;       ///< "10/s", "60/m", "100/h"; empty: as fast as the server takes them.
  bool wait = false;      ///< Follow several to their ends; one is followed anyway.
  std::vector<std::string> to, cc, bcc, attach, inlined, headers, tags, variables;
  std::optional<std::string> input;  ///< What standard input had, for the one of them that is "-".
  bool no_wait = false;
  bool trace = false;  ///< And the SMTP conversations, where the server tells them: the sandbox.
  bool json = false;
  std::string timeout = "60s";
};
int send_command(const SendArguments& arguments);

struct LogArguments {
  enum class Mode : std::uint8_t { kList, kShow, kTrace, kWait };
  StoreArguments store;
  RemoteArguments remote;
  std::string domain;  ///< Of a remote server; empty: all that the key may see.
  Mode mode = Mode::kList;
  std::vector<std::string> query, columns;
  std::string since, event;
  std::string timeout = "10s";
  int limit = 50;
  bool follow = false;
  bool json = false;
  bool jsonl = false;
};
int log_command(const LogArguments& arguments);

struct InboxArguments {
  enum class Mode : std::uint8_t { kList, kOpen, kRaw, kLinks, kCode, kDelete };
  RemoteArguments remote;
  Mode mode = Mode::kList;
  std::string key;  ///< Of a message; empty: the newest that matches.
  std::string query, to, from, subject;
  std::string timeout = "10s";
  int limit = 50;
  bool all = false;
  bool json = false;
  bool jsonl = false;  ///< A message a line.
};
int inbox_command(const InboxArguments& arguments);

/// What waits and why, and what an operator does about it.
struct QueueArguments {
  enum class Mode : std::uint8_t { kList, kSummary, kTop, kHeld, kExplain, kPause, kSlow, kResume, kRetry, kBounce, kHold, kRelease };
  StoreArguments store;
  Mode mode = Mode::kList;
  std::string domain;   ///< Of recipients: a lane.
  std::string message;  ///< A Message-Id, instead.
  bool all = false;     ///< Every lane, instead.
  std::string reason, rate, duration;
  int limit = 20;
  bool yes = false;  ///< Do not ask.
  bool json = false;
  bool jsonl = false;
};
int queue_command(const QueueArguments& arguments);

/// What a domain needs in DNS, and what is there.
struct DomainArguments {
  enum class Mode : std::uint8_t { kDns, kCheck, kWait, kVerify, kRotate };
  StoreArguments store;
  Mode mode = Mode::kDns;
  std::string name, selector;
  std::string format = "table";
  std::string timeout = "10m";
  bool json = false;
};
int domain_command(const DomainArguments& arguments);
/// A domain with its records, as Control's domain_show tells them.
void print_records(const boost::json::object& domain);

struct FsckArguments {
  StoreArguments store;
  bool json = false;
};
int fsck_command(const FsckArguments& arguments);

struct DoctorArguments {
  std::string config;
  std::vector<std::string> hosts;  ///< As of `serve HOST`.
  bool json = false;
  std::vector<std::string> only;  ///< Groups; empty: all.
  std::string outside;            ///< Instead: the ports of this machine elsewhere.
  bool fix = false;               ///< Do what can be done by itself, and look again.
  bool yes = false;               ///< Also what is not taken back.
};
int doctor_command(const DoctorArguments& arguments);

struct ConfigArguments {
  std::string file;
  std::string name;                 ///< Of a setting, or for `docs` of a section.
  std::vector<std::string> values;  ///< `set`: several of a list.
  std::string data_dir;             ///< `reload`: of the server, instead of the configuration's.
  bool origin = false;
  bool json = false;
  bool lenient = false;  ///< An unknown setting is a warning.
};
int config_check_command(const ConfigArguments& arguments);
int config_show_command(const ConfigArguments& arguments);
int config_get_command(const ConfigArguments& arguments);
int config_set_command(const ConfigArguments& arguments);
int config_docs_command(const ConfigArguments& arguments);
int config_print_default_command(const ConfigArguments& arguments);
int config_reload_command(const ConfigArguments& arguments);
int version_command(bool json);

/// Says what is wrong with the configuration, and where that is explained; kExitUsage.
int refuse_settings(const Error& error);
/// The exit code for what went wrong (docs/operating/cli.md).
int exit_code_of(const Error& error);

}  // namespace postroad::app
