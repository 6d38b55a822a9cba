#pragma once
#include <string_view>

#include "base/result.h"
#include "template/limits.h"
#include "template/tree.h"

namespace postroad::templates {

/// The grammar of Handlebars 4.7 with white space control applied. Fails, with the line, on what that grammar
/// refuses, on decorators other than `inline`, and past `template_bytes_max` and `nesting_max`. Ranges point
/// into `text`.
Result<Tree> parse(std::string_view text, const Limits& limits);

}  // namespace postroad::templates
