#include "net/http/form.h"

#include <fmt/format.h>

#include "net/http/percent.h"

namespace postroad::net::http {

const std::string* Form::value(std::string_view name) const {
  for (const Field& field : fields) {
    if (field.name == name && !field.value.empty()) return &field.value;
  }
  return nullptr;
}

Outcome<void> FormBuilder::begin(std::string name, std::optional<FileInfo> file) {
  if (form_.fields.size() == limits_.fields_max) {
    return refuse(400, fmt::format("too many fields, max is {}", limits_.fields_max));
  }
  if (name.size() > limits_.name_bytes_max) return refuse(400, "parameter name too long");
  if (has_control_character(name)) return refuse(400, "control character in a parameter name");
  strip_array_suffix(name);
  form_.fields.push_back({std::move(name), {}, std::move(file)});
  return {};
}

bool has_control_character(std::string_view utf8) {
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto byte = static_cast<unsigned char>(utf8[i]);
    if (byte < 0x20 || byte == 0x7f) return true;
    const auto next = static_cast<unsigned char>(i + 1 < utf8.size() ? utf8[i + 1] : 0);
    if (byte == 0xc2 && next >= 0x80 && next < 0xa0) return true;
    const auto third = static_cast<unsigned char>(i + 2 < utf8.size() ? utf8[i + 2] : 0);
    if (byte == 0xe2 && next == 0x80 && (third == 0xa8 || third == 0xa9)) return true;
  }
  return false;
}

}  // namespace postroad::net::http
