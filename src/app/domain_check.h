#pragma once
#include <boost/json/fwd.hpp>
#include <string>

#include "app/doctor.h"
#include "base/json_writer.h"
#include "base/result.h"

namespace postroad::app {

/// What DNS says of one domain now.
struct DomainCheck {
  doctor::Findings findings;
  std::string state;       ///< Of the domain, as the store has it.
  bool ready = false;      ///< SPF and every key that signs are right: mail will be believed.
  bool pending = false;    ///< New keys wait …
  bool published = false;  ///< … and all of them are in DNS.
  std::string zone;        ///< Whose own servers were asked; empty: the resolvers of the configuration.
};

/// What `findings`, of check_domains, mean for one domain of a domain_probe.
DomainCheck judge_domain(const doctor::Findings& findings, const boost::json::object& domain);

/// Who is asked for a domain's records.
enum class Asked : std::uint8_t {
  kZone,      ///< The servers of its zone, which know at once what has been published; the resolvers where those do not answer.
  kResolver,  ///< The resolvers of the configuration, which may keep for a while that there is nothing: as others see it.
};
/// Until the servers of a zone are found, and again until one answers.
inline constexpr std::chrono::seconds kZoneServersWithin{2};

/// Asks the store for the domain and a new resolver for its records, so that no answer of before is kept here. Blocks for
/// doctor::kExaminationMax and twice kZoneServersWithin at most. kNotFound: no such domain.
Result<DomainCheck> check_domain(const std::string& data_dir, ServerOptions options, const std::string& name, Asked asked = Asked::kZone);

/// "ok", "warn", "FAIL", "skip".
std::string_view word_of(doctor::Finding::Level level);
void print_finding(const doctor::Finding& finding);
/// The advice, and whether --fix does it.
std::string advice_of(const doctor::Finding& finding);
/// An array of objects.
void add_findings(JsonWriter& json, const doctor::Findings& findings);

}  // namespace postroad::app
