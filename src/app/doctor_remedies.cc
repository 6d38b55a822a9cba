// doctor --fix: which findings have a remedy, and who carries it out.
#include "app/doctor_remedies.h"

#include <fmt/format.h>

#include <algorithm>

namespace postroad::app::doctor {

std::vector<Finding> remediable(const Findings& findings) {
  std::vector<Finding> all;
  for (const Finding& one : findings) {
    if (!one.remedy) continue;
    const bool known = std::ranges::any_of(all, [&one](const Finding& other) { return other.remedy->kind == one.remedy->kind && other.remedy->subject == one.remedy->subject; });
    if (!known) all.push_back(one);
  }
  return all;
}

Result<Mended> mend(const Finding& finding, const Surroundings& around) {
  const Remedy& remedy = *finding.remedy;
  const auto carry_out = [&]() -> Result<Mended> {
    switch (remedy.kind) {
      case Remedy::Kind::kSetting: return change_setting_of(remedy, around);
      case Remedy::Kind::kMode: return close_to_others(remedy);
      case Remedy::Kind::kOwner: return give_to_owner(remedy);
      case Remedy::Kind::kSocket: return remove_socket(remedy);
      case Remedy::Kind::kCertificate: return renew_certificate(remedy, around);
      case Remedy::Kind::kActivate: return activate_domain(remedy, around);
      case Remedy::Kind::kRotate: return finish_rotation(remedy, around);
      case Remedy::Kind::kRevoke: return revoke_key(remedy, around);
      case Remedy::Kind::kQuarantine: return copy_damage(remedy, around);
    }
    return fail_permanent(ErrorCode::kUnsupported, "there is no such remedy");
  };
  Result<Mended> mended = carry_out();
  if (!mended) return mended;
  mended->check = fmt::format("{} {}", finding.group, finding.check);
  mended->did = remedy.does;
  return mended;
}

}  // namespace postroad::app::doctor
