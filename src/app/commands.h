#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/setting.h"

namespace postroad::app {

struct ServeArguments {
  std::string config;
  bool check = false;  ///< Only say whether the configuration is good.
};
int serve_command(const ServeArguments& arguments);

struct DevArguments {
  int http_port = 8025;
  int smtp_port = 1025;
  std::string data_dir;    ///< Empty: ~/.local/share/postroad/dev
  int warp = 1;            ///< Retries and schedules run so many times faster.
  bool ephemeral = false;  ///< A directory that goes when the sandbox ends.
};
int dev_command(const DevArguments& arguments);

/// A question to the store: answered by the running server if there is one, else by opening the store.
struct OperatorArguments {
  std::string config;
  std::string data_dir;  ///< Empty: the configuration's.
  bool json = false;
  std::string call;      ///< A name of Control::call.
  std::map<std::string, std::string> parameters;
};
int operator_command(const OperatorArguments& arguments);

struct FsckArguments {
  std::string config;
  std::string data_dir;
  bool json = false;
};
int fsck_command(const FsckArguments& arguments);

int config_check_command(const std::string& file);
int config_show_command(const std::string& file, bool origin);

/// From file (may be empty) and environment.
Result<Settings> load_settings(const std::string& file);
/// "error: …" on standard error.
void print_error(const std::string& text);

}  // namespace postroad::app
