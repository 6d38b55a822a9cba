#pragma once
#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace postroad::app {

/// What an argument's value is. The word stands at the argument's definition (cli_*.cc), is what --help shows, and says what a shell
/// completes. An argument with a set of values (CLI::IsMember) or of a number needs none.
namespace kind {
// Of the store, or of a server.
inline constexpr const char* kDomain = "DOMAIN";        ///< A sending domain.
inline constexpr const char* kLane = "LANE";            ///< A recipient domain whose mail waits.
inline constexpr const char* kMessage = "MESSAGE_ID";
inline constexpr const char* kKey = "KEY_ID";
inline constexpr const char* kLogin = "LOGIN";
inline constexpr const char* kCaptured = "KEY";         ///< Of a message that the sandbox has captured.
// Of the program.
inline constexpr const char* kTerm = "TERM";            ///< to:, event:, …
inline constexpr const char* kInboxTerm = "FILTER";     ///< to:, is:failed, …
inline constexpr const char* kEvent = "EVENT";
inline constexpr const char* kColumn = "COLUMN";        ///< Of the log; several with commas.
inline constexpr const char* kSetting = "SETTING";
inline constexpr const char* kSection = "SECTION";      ///< Of settings, or one of them.
inline constexpr const char* kValue = "VALUE";          ///< Of the setting before it.
inline constexpr const char* kGroup = "GROUP";          ///< Of the doctor's checks; several with commas.
// Of the disk.
inline constexpr const char* kFile = "FILE";
inline constexpr const char* kDirectory = "DIRECTORY";
inline constexpr const char* kText = "TEXT|@FILE";
// Free text: nothing to complete.
inline constexpr const char* kWords = "WORDS";
inline constexpr const char* kName = "NAME";            ///< Of something that is to be made.
inline constexpr const char* kAddress = "ADDRESS";
inline constexpr const char* kHost = "HOST";
inline constexpr const char* kUrl = "URL";
inline constexpr const char* kSecret = "API_KEY";
inline constexpr const char* kTime = "TIME";            ///< "10s", "2h", or a date.
inline constexpr const char* kRate = "RATE";            ///< "10/s"
inline constexpr const char* kPair = "NAME=VALUE";
inline constexpr const char* kHeader = "HEADER";        ///< "X-Name: value"
}  // namespace kind

/// A value that may stand there.
struct Suggestion {
  std::string value;
  std::string about;  ///< A few words; may be empty.
};
using Suggestions = std::vector<Suggestion>;

/// The command line so far, as far as values depend on it.
struct ValueQuestion {
  std::string typed;                           ///< Of the value, before the cursor.
  std::map<std::string, std::string> options;  ///< By long name: "config".
  std::vector<std::string> before;             ///< Positional values before it.
  bool of_store = false;   ///< The command asks a store …
  bool of_server = false;  ///< … or calls a server; with both, as `log` decides.
};

/// What the shell has to do beside.
enum class ValueSource : std::uint8_t { kNone, kSuggested, kFiles, kDirectories };
struct ValueKind {
  std::string_view name;
  ValueSource source = ValueSource::kNone;
  Suggestions (*suggest)(const ValueQuestion&) = nullptr;  ///< Of kSuggested. Without an answer: none.
  bool with_commas = false;  ///< Several, as one argument.
};
/// Null: nobody declared it.
const ValueKind* find_value_kind(std::string_view name);

/// For the whole of an answer; later nobody waits for it.
inline constexpr std::chrono::milliseconds kSuggestedWithin{300};

// completion_sources.cc
/// One of the lists of control_names.cc, from the store or server that the command would ask. None when it does not answer in time.
Suggestions names_of(const char* list, const ValueQuestion& question);
Suggestions captured_messages(const ValueQuestion& question);

}  // namespace postroad::app
