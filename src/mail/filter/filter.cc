#include "mail/filter/filter.h"

#include <algorithm>
#include <array>

namespace postroad::mail::filter {
namespace {

constexpr std::array kFilters{
    Entry{"address-parse", "address parse", filter_address_parse},
    Entry{"address-check", "address check", filter_address_check},
    Entry{"header-decode", "header decode", filter_header_decode},
    Entry{"content-type-parse", "header content-type", filter_content_type},
    Entry{"date-parse", "header date", filter_date},
    Entry{"parse", "parse", filter_parse},
    Entry{"dkim-verify", "dkim verify", filter_dkim_verify},
    Entry{"dkim-sign", "dkim sign", filter_dkim_sign},
    Entry{"dkim-canon", "dkim canon", filter_dkim_canon},
    Entry{"arc-verify", "arc verify", filter_arc_verify},
    Entry{"bounce-classify", "bounce classify", filter_bounce_classify},
    Entry{"arf-parse", "arf parse", filter_arf_parse},
    Entry{"address-suggest", "address suggest", filter_address_suggest},
    Entry{"strip-text", "strip --text", filter_strip_text},
    Entry{"strip-html", "strip --html", filter_strip_html},
    Entry{"spf-check", "spf check", filter_spf_check},
};

}  // namespace

std::span<const Entry> filters() {
  return kFilters;
}

const Entry* find_filter(std::string_view op) {
  for (const Entry& entry : kFilters) {
    if (entry.op == op) return &entry;
  }
  return nullptr;
}

const std::string* option(std::span<const std::string> args, std::string_view name) {
  for (std::size_t i = 0; i + 1 < args.size(); ++i) {
    if (args[i] == name) return &args[i + 1];
  }
  return nullptr;
}

bool has_flag(std::span<const std::string> args, std::string_view name) {
  return std::any_of(args.begin(), args.end(), [&](const std::string& arg) { return arg == name; });
}

std::string_view header_value(std::string_view input) {
  for (std::size_t at = input.find('\n'); at != std::string_view::npos; at = input.find('\n', at + 1)) {
    if (at + 1 >= input.size() || (input[at + 1] != ' ' && input[at + 1] != '\t')) return input.substr(0, at);
  }
  return input;
}

}  // namespace postroad::mail::filter
