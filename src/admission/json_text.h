#pragma once
#include <boost/json/value.hpp>
#include <string>

namespace postroad::admission {

/// A JSON value as people's text: a text as it is, numbers and truth values as JSON, null as nothing, the rest as JSON.
std::string json_text(const boost::json::value& value);

}  // namespace postroad::admission
