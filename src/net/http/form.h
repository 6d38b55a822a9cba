#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http/limits.h"
#include "net/http/memory_budget.h"
#include "net/http/message.h"

namespace postroad::net::http {

struct FormLimits {
  std::uint64_t body_bytes_max = kBodyBytesMax;  ///< As inflated.
  std::size_t fields_max = 1000;
  std::size_t name_bytes_max = 4096;             ///< Of a field's name, a file's name, a content type.
  std::size_t part_header_lines_max = 100;
  std::size_t part_header_bytes_max = 16 * 1024;
  std::size_t depth_max = 64;                    ///< Of JSON.
};

struct FileInfo {
  std::string filename;      ///< May be empty; UTF-8 as sent, never with control characters.
  std::string content_type;  ///< As sent; empty when the part named none.
};

struct Field {
  std::string name;   ///< Without array suffix.
  std::string value;  ///< The bytes of the file, if it is one.
  std::optional<FileInfo> file;
};

/// What a request carries, in order, whichever way it was encoded.
struct Form {
  enum class Encoding : std::uint8_t { kNone, kUrlencoded, kMultipart, kJson };
  Encoding encoding = Encoding::kNone;
  std::vector<Field> fields;
  MemoryLease memory;  ///< Its share of the budget, given back with it.

  /// The first of this name that is not an empty text; null when there is none.
  const std::string* value(std::string_view name) const;
};

/// Where parsers put fields; holds them to the limits before memory is spent.
class FormBuilder {
 public:
  FormBuilder(Form& form, const FormLimits& limits) : form_(form), limits_(limits) {}
  const FormLimits& limits() const { return limits_; }
  /// Begins a field; its value is then appended by `append`.
  Outcome<void> begin(std::string name, std::optional<FileInfo> file);
  void append(std::string_view bytes) { value() += bytes; }
  /// The value of the field begun last; valid until the next begins.
  std::string& value() { return form_.fields.back().value; }

 private:
  Form& form_;
  FormLimits limits_;
};

/// A body in one encoding, fed in any split.
class FormParser {
 public:
  virtual ~FormParser() = default;
  virtual Outcome<void> feed(std::string_view bytes) = 0;
  /// The body is complete.
  virtual Outcome<void> finish() = 0;
};

/// C0, DEL, C1, LINE and PARAGRAPH SEPARATOR: nothing that may stand in a name.
bool has_control_character(std::string_view utf8);

}  // namespace postroad::net::http
