#pragma once
#include <string>
#include <string_view>

#include "app/commands.h"
#include "base/clock.h"

namespace postroad::app {

/// A multipart/form-data body (RFC 7578).
class FormWriter {
 public:
  FormWriter();
  void field(const std::string& name, std::string_view value) { part(name, {}, value); }
  void file(const std::string& name, const std::string& filename, std::string_view bytes) { part(name, filename, bytes); }
  std::string content_type() const { return "multipart/form-data; boundary=" + boundary_; }
  std::string finish() { return std::move(body_) + "--" + boundary_ + "--\r\n"; }

 private:
  void part(const std::string& name, const std::string& filename, std::string_view value);
  const std::string boundary_;
  std::string body_;
};

/// The body of messages, or with --eml of messages.mime. Reads the files that the arguments name; kInvalidArgument names
/// the one that cannot be read, or the argument that says nothing.
Result<void> write_form(FormWriter& form, const SendArguments& mail, const std::string& from, WallTime now);

}  // namespace postroad::app
