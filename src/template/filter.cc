#include "template/filter.h"

#include <boost/json.hpp>

#include "base/json_writer.h"
#include "template/template.h"

namespace postroad::templates {
namespace {

namespace json = boost::json;

Result<std::string> render_request(std::string_view input) {
  boost::system::error_code error;
  const json::value request = json::parse(input, error);
  if (error || !request.is_object()) {
    return fail_permanent(ErrorCode::kInvalidArgument, "the input is not a JSON object with a template");
  }
  const json::object& members = request.as_object();
  const json::value* text = members.if_contains("template");
  if (text == nullptr || !text->is_string())
    return fail_permanent(ErrorCode::kInvalidArgument, "template: not a string");
  Partials partials;
  if (const json::value* given = members.if_contains("partials"); given != nullptr && given->is_object()) {
    for (const auto& [name, partial] : given->as_object()) {
      if (partial.is_string()) partials.add(std::string(name), std::string(partial.as_string()));
    }
  }
  ASSIGN_OR_RETURN(const Program program, compile(text->as_string()));
  return render(program, members.if_contains("data"), partials);
}

}  // namespace

Result<std::string> filter_template_render(std::span<const std::string> args, std::string_view input) {
  for (std::size_t i = 0; i + 1 < args.size(); ++i) {
    if (args[i] == "--engine" && args[i + 1] != "handlebars") {
      return fail_permanent(ErrorCode::kInvalidArgument, "--engine: handlebars is the only one");
    }
  }
  const Result<std::string> output = render_request(input);
  JsonWriter json;
  json.begin_object();
  if (output) {
    json.field("output", *output);
  } else {
    json.field("error", true).field("message", output.error().detail);
  }
  json.end_object();
  return json.take();
}

}  // namespace postroad::templates
