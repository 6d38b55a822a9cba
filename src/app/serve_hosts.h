#pragma once
#include <string>
#include <vector>

#include "base/setting.h"

namespace postroad::app {

inline constexpr std::size_t kServeHostsMax = 50;
inline constexpr std::string_view kCommandLineOrigin = "command line";

/// The host names that stand behind `postroad serve`, in the form that certificates have: lower case, IDN as A-labels, each once.
/// kInvalidArgument says what one is instead (a URL, an address, a name with a port, a name of this machine alone), or that there are
/// more than kServeHostsMax.
Result<std::vector<std::string>> host_names(const std::vector<std::string>& given);

/// What `serve HOST…` means, over file and environment: the first is server.hostname. Whatever else is at its default becomes what a
/// mail server on the Internet has: HTTP on 443 with TLS required, submission on 587 and 465, public_url https://HOST, and the
/// certificate that is configured, where one is. kInvalidArgument: tls.mode is off.
Result<void> serve_hosts(SettingsBuilder& settings, const std::vector<std::string>& hosts);

}  // namespace postroad::app
