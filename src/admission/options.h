#pragma once
#include "admission/submission.h"

namespace postroad::admission {

inline constexpr std::chrono::hours kScheduleAheadMax{72};          ///< contract/sending.md §1.2 o:deliverytime
inline constexpr std::chrono::minutes kDeliverWithinMin{5};
inline constexpr std::chrono::minutes kDeliverWithinMax{24 * 60};
inline constexpr std::size_t kTagsMax = 10;        ///< further ones are dropped
inline constexpr std::size_t kTagBytesMax = 128;   ///< longer ones are cut
inline constexpr std::size_t kCampaignsMax = 3;    ///< further ones are dropped
inline constexpr std::size_t kVariablesDepthMax = 32;  ///< of JSON

/// A yes/no option: yes, no, true, false, 1, 0, on, off in any case (contract/sending.md §1.2). nullopt: neither.
std::optional<bool> parse_switch(std::string_view text);
/// "1h30m", "30m", "24h"; nullopt when it is none of these.
std::optional<std::chrono::minutes> parse_delivery_window(std::string_view text);

/// Reads one option into `options`. `option` is its name without "o:"; `shown` is how the customer called it, for errors,
/// which are all kInvalidArgument: a value that cannot be read, or an option that this version does not serve, unless its
/// value switches nothing on. Unknown options are ignored.
Result<void> read_option(std::string_view option, std::string_view shown, const std::string& value, WallTime now,
                         SendOptions& options);
/// A JSON object of user variables: `h:X-Mailgun-Variables`. Values that are not text become their JSON.
Result<void> read_variables(const std::string& json, SendOptions& options);

/// ASCII, at most kTagBytesMax, no duplicates by case, at most kTagsMax (contract/sending.md §1.2 `o:tag`).
std::vector<std::string> normal_tags(const std::vector<std::string>& tags);
/// The last value of each name, in order of first appearance.
std::vector<std::pair<std::string, std::string>> normal_variables(
    std::vector<std::pair<std::string, std::string>> variables);

}  // namespace postroad::admission
