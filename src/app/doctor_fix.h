#pragma once
#include <string>
#include <vector>

#include "app/doctor_remedies.h"
#include "base/json_writer.h"

namespace postroad::app::doctor {

/// What was not done, and why.
struct Left {
  std::string check;
  std::string what;
  std::string why;
};

/// What came of --fix.
struct Treatment {
  std::vector<Mended> fixed;
  std::vector<Left> left;
};

/// Says on standard error what there is to do, does it, and says what came of it. What cannot be taken back is asked for at a terminal,
/// unless `yes`; nothing else is.
Treatment treat(const Findings& findings, const Surroundings& around, bool yes);

/// As the fields "fixed" and "not_fixed" of an object.
void add_treatment(JsonWriter& json, const Treatment& treatment);

}  // namespace postroad::app::doctor
