#pragma once
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace postroad::templates {

/// `postroad template render --engine handlebars`: {template, data, partials} in, {output} or {error,
/// message} out. Input that is no such object is an error in the answer too; a Result error means the
/// arguments make no sense.
Result<std::string> filter_template_render(std::span<const std::string> args, std::string_view input);

}  // namespace postroad::templates
