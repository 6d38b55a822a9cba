// What the store could go on with now: a domain that is ready, new keys that are published, a key of an earlier run, content to be copied.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "app/doctor.h"
#include "app/domain_check.h"
#include "app/remote.h"
#include "base/text.h"

namespace postroad::app::doctor {

using enum Finding::Level;

Findings domain_states(const Findings& found, const std::string& domains) {
  const boost::json::value list = boost::json::parse(domains);
  Findings states;
  for (const boost::json::value& value : list.at("domains").as_array()) {
    const boost::json::object& domain = value.as_object();
    const std::string name = text_at(domain, "name");
    const DomainCheck check = judge_domain(found, domain);
    if (check.state == "unverified") {
      Finding finding{"domains", name + " state", kWarning, "unverified: its mail is refused" + std::string(check.ready ? ", though its records are right" : ""),
                      check.ready ? "postroad domain verify " + name : fmt::format("publish its records (postroad domain dns {}), then: postroad domain verify {}", name, name)};
      if (check.ready) finding.remedy = Remedy{Remedy::Kind::kActivate, fmt::format("make {} active", name), name, {}};
      states.push_back(std::move(finding));
    }
    if (check.pending && check.published) {
      Finding finding{"domains", name + " rotation", kWarning, "the new keys are published, and the old ones still sign", "postroad domain rotate-dkim " + name};
      finding.remedy = Remedy{Remedy::Kind::kRotate, fmt::format("sign with the new keys of {}", name), name, {}, true};
      states.push_back(std::move(finding));
    }
  }
  return states;
}

std::string probe_description(WallTime until) { return fmt::format("{} {}", kProbeDescription, std::chrono::floor<std::chrono::seconds>(until).time_since_epoch().count()); }

Findings left_keys(const std::string& keys, WallTime now) {
  const boost::json::value list = boost::json::parse(keys);
  Findings left;
  for (const boost::json::value& value : list.at("keys").as_array()) {
    const std::string description = text_at(value.as_object(), "description"), id = text_at(value.as_object(), "id");
    if (!description.starts_with(kProbeDescription)) continue;
    const std::optional<std::int64_t> until = parse_int(trim(std::string_view(description).substr(kProbeDescription.size())));
    if (until && WallTime{std::chrono::seconds{*until}} > now) continue;  // Another doctor's, at work.
    Finding finding{"loop", "key " + id, kWarning, "the key of an earlier check is still good", "postroad key revoke " + id};
    finding.remedy = Remedy{Remedy::Kind::kRevoke, fmt::format("revoke the key {}", id), id, {}};
    left.push_back(std::move(finding));
  }
  return left;
}

bool is_copied(const std::vector<std::string>& copies, std::uint64_t segment, std::uint64_t offset) {
  return std::ranges::any_of(copies, [&](const std::string& name) {
    // SEGMENT-OFFSET-BYTES.bin
    const std::vector<std::string_view> parts = split(std::string_view(name).substr(0, name.find('.')), '-');
    if (parts.size() != 3) return false;
    const auto number = [&parts](std::size_t i) { return parse_int(parts[i]).value_or(-1); };
    const auto at = static_cast<std::int64_t>(offset);
    return number(0) == static_cast<std::int64_t>(segment) && number(1) <= at && at < number(1) + number(2);
  });
}

}  // namespace postroad::app::doctor
