#pragma once
#include <string>
#include <vector>

#include "app/configuration.h"
#include "app/doctor.h"
#include "base/random.h"

namespace postroad::app::doctor {

/// What `--fix` works with. Borrowed.
struct Surroundings {
  const Settings& settings;
  const ServerOptions& options;
  const std::string& config;  ///< The file of --config; empty: none.
  Clock& clock;
  Random& random;
};

/// What has been done about a finding.
struct Mended {
  std::string check;  ///< Group and check of the finding.
  std::string did;
  std::string before, after;
};

/// The remedies in these findings, each once.
std::vector<Finding> remediable(const Findings& findings);

/// Carries out the remedy of one finding, whole or not at all; nothing is lost by any of them. Errors are sentences for the operator:
/// kUnauthorized: this user may not; kConflict: it is not any more as it was found.
Result<Mended> mend(const Finding& finding, const Surroundings& around);

// One each; as mend().
Result<Mended> change_setting_of(const Remedy& remedy, const Surroundings& around);  // doctor_mend_files.cc
Result<Mended> close_to_others(const Remedy& remedy);
Result<Mended> give_to_owner(const Remedy& remedy);
Result<Mended> remove_socket(const Remedy& remedy);
Result<Mended> renew_certificate(const Remedy& remedy, const Surroundings& around);  // doctor_mend_certificate.cc
Result<Mended> activate_domain(const Remedy& remedy, const Surroundings& around);    // doctor_mend_store.cc
Result<Mended> finish_rotation(const Remedy& remedy, const Surroundings& around);
Result<Mended> revoke_key(const Remedy& remedy, const Surroundings& around);
Result<Mended> copy_damage(const Remedy& remedy, const Surroundings& around);

}  // namespace postroad::app::doctor
