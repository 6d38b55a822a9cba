// postroad doctor --fix: what is going to be done, doing it, and what came of it.
#include "app/doctor_fix.h"

#include <fmt/format.h>
#include <unistd.h>

#include <iostream>

#include "app/output.h"
#include "base/text.h"

namespace postroad::app::doctor {
namespace {

bool said_yes(const std::string& what) {
  if (isatty(STDIN_FILENO) == 0 || isatty(STDERR_FILENO) == 0) return false;
  fmt::print(stderr, "{}? [y/N] ", what);
  std::string line;
  std::getline(std::cin, line);
  return trim(line) == "y" || trim(line) == "Y" || trim(line) == "yes";
}

std::string name_of(const Finding& finding) { return fmt::format("{} {}", finding.group, finding.check); }

}  // namespace

Treatment treat(const Findings& findings, const Surroundings& around, bool yes) {
  Treatment treatment;
  const std::vector<Finding> all = remediable(findings);
  for (const Finding& one : all) print_done(fmt::format("to do: {}  ({})", one.remedy->does, name_of(one)));
  for (const Finding& one : all) {
    if (one.remedy->asks && !yes && !said_yes(one.remedy->does)) {
      treatment.left.push_back({name_of(one), one.remedy->does, "it is not taken back: --yes, or a y at a terminal, does it"});
      continue;
    }
    Result<Mended> mended = mend(one, around);
    if (!mended) {
      treatment.left.push_back({name_of(one), one.remedy->does, mended.error().detail});
      continue;
    }
    print_done(fmt::format("done: {}: {} → {}", mended->did, mended->before, mended->after));
    treatment.fixed.push_back(*std::move(mended));
  }
  for (const Left& one : treatment.left) print_error(fmt::format("not done: {}: {}", one.what, one.why));
  return treatment;
}

void add_treatment(JsonWriter& json, const Treatment& treatment) {
  json.key("fixed").begin_array();
  for (const Mended& one : treatment.fixed) {
    json.begin_object().field("check", one.check).field("did", one.did).field("before", one.before).field("after", one.after).end_object();
  }
  json.end_array().key("not_fixed").begin_array();
  for (const Left& one : treatment.left) json.begin_object().field("check", one.check).field("what", one.what).field("why", one.why).end_object();
  json.end_array();
}

}  // namespace postroad::app::doctor
