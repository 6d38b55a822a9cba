#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "net/resolver.h"

namespace postroad::net {

/// Pure readers of record data as it comes from the wire, uncompressed. nullopt: malformed, or a name with bytes that
/// no mail host may have (outside letters, digits, '-', '_', and for patterns '*').
std::optional<std::string> name_from_rdata(std::string_view rdata);
std::optional<MxRecord> mx_from_rdata(std::string_view rdata);
std::optional<std::string> address_from_rdata(std::string_view rdata);  ///< 4 or 16 bytes.
/// The record's strings joined without anything between (RFC 7208 §3.3).
std::optional<std::string> txt_from_rdata(std::string_view rdata);

/// "192.0.2.1" → "1.2.0.192.in-addr.arpa", IPv6 likewise (RFC 3596 §2.5); nullopt when it is not an address.
std::optional<std::string> reverse_name(const std::string& address);

}  // namespace postroad::net
