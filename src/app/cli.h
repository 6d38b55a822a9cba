#pragma once

namespace postroad::app {

/// Exit codes of every command (docs/operating/cli.md).
enum ExitCode : int {
  kExitDone = 0,
  kExitFailed = 1,
  kExitUsage = 2,
  kExitBounced = 3,  ///< Mail that was sent will never arrive.
  kExitUnauthorized = 4,
  kExitRefused = 5,  ///< By a limit or a policy.
  kExitNotFound = 6,
  kExitUnreachable = 69,
  kExitTemporary = 75,
};

/// Reads the command line, runs the command, answers its exit code.
int run_command_line(int count, char** arguments);

}  // namespace postroad::app
