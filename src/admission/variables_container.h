#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace postroad::admission {

/// A multipart/mailgun-variables message (contract/smtp.md §3): recipient variables and the real message in one.
struct VariablesContainer {
  std::string variables;  ///< JSON
  std::string message;
};

/// Nullopt when `message` is no such container; kInvalidArgument when it is one without its two parts.
Result<std::optional<VariablesContainer>> open_variables_container(std::string_view message);

}  // namespace postroad::admission
