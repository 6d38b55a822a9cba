#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace postroad::mail {

inline constexpr std::size_t kHeaderAddressesMax = 10'000;  ///< ours, in one field; the rest is not read

/// One entry of an address field as a reader sees it: people's text, never an envelope. Use `parse_mailbox`
/// on `address` before mail is sent to it.
struct HeaderAddress {
  std::string name;     ///< decoded; comments in brackets after it: "Ana (home)"
  std::string address;  ///< as spelled, without comments; empty when there is only a name or a comment
};

struct AddressGroup {
  std::string name;  ///< empty for addresses outside any group
  std::vector<HeaderAddress> members;
};

/// Reads a From, To, Cc, Reply-To, or List-* value (RFC 5322 §3.4 with §4.4) as well as it can: groups,
/// source routes, comments, encoded words, missing quotes and brackets. Never fails. Addresses outside groups
/// come in groups without a name, in order of appearance.
std::vector<AddressGroup> read_address_header(std::string_view value);
/// The same without group boundaries.
std::vector<HeaderAddress> read_addresses(std::string_view value);

}  // namespace postroad::mail
