// Remedies that the store carries out, as the commands `domain verify`, `domain rotate-dkim`, `key revoke` and `fsck` do.
#include <fmt/format.h>

#include <boost/json.hpp>

#include "app/doctor_remedies.h"
#include "app/domain_check.h"
#include "app/store_question.h"
#include "spool/spool_repository.h"
#include "storage/fsck.h"
#include "storage/real_disk.h"

namespace postroad::app::doctor {

/// Looks at DNS once more: what was right a moment ago may be a resolver's last answer.
Result<Mended> activate_domain(const Remedy& remedy, const Surroundings& around) {
  ASSIGN_OR_RETURN(const DomainCheck check, check_domain(around.options.data_dir, around.options, remedy.subject));
  if (!check.ready || check.state != "unverified") return fail_permanent(ErrorCode::kConflict, fmt::format("{} is {} and its records are {}", remedy.subject, check.state, check.ready ? "right" : "not right any more"));
  RETURN_IF_ERROR(ask_store(around.options.data_dir, "domain_state", {{"name", remedy.subject}, {"state", "active"}, {"hostname", around.options.hostname}}, kStoreMax));
  return Mended{{}, {}, "unverified", "active"};
}

Result<Mended> finish_rotation(const Remedy& remedy, const Surroundings& around) {
  ASSIGN_OR_RETURN(const DomainCheck check, check_domain(around.options.data_dir, around.options, remedy.subject, Asked::kResolver));
  if (!check.pending || !check.published) return fail_permanent(ErrorCode::kConflict, fmt::format("the new keys of {} are not seen any more", remedy.subject));
  RETURN_IF_ERROR(ask_store(around.options.data_dir, "domain_rotated", {{"name", remedy.subject}, {"hostname", around.options.hostname}}, kStoreMax));
  return Mended{{}, {}, "the old keys sign", "the new keys sign; keep the old records while mail they signed may be read"};
}

Result<Mended> revoke_key(const Remedy& remedy, const Surroundings& around) {
  RETURN_IF_ERROR(ask_store(around.options.data_dir, "key_revoke", {{"id", remedy.subject}}, kStoreMax));
  return Mended{{}, {}, "good", "revoked"};
}

Result<Mended> copy_damage(const Remedy& remedy, const Surroundings& around) {
  storage::RealDisk disk;
  ASSIGN_OR_RETURN(const storage::FsckReport report, storage::fsck(disk, around.clock, around.random, remedy.subject, spool::sql::kLocations));
  std::string copies;
  for (const storage::FsckReport::BadBytes& one : report.bad_bytes) copies += (copies.empty() ? "" : ", ") + one.copy;
  return Mended{{}, {}, remedy.value, fmt::format("{} messages have no whole content; copied: {}; a backup may have them", report.bad_rows.size(), copies.empty() ? "nothing" : copies)};
}

}  // namespace postroad::app::doctor
