#include "admission/json_text.h"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>

namespace postroad::admission {

std::string json_text(const boost::json::value& value) {
  switch (value.kind()) {
    case boost::json::kind::string: return std::string(value.get_string());
    case boost::json::kind::null: return {};
    case boost::json::kind::double_: return fmt::format("{}", value.get_double());
    default: return boost::json::serialize(value);
  }
}

}  // namespace postroad::admission
