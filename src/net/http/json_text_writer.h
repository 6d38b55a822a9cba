#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace postroad::net::http {

/// Writes JSON events out as text again, with no white space. Texts and keys may come in parts.
class JsonTextWriter {
 public:
  explicit JsonTextWriter(std::string& out) : out_(&out) {}
  void write_to(std::string& out) { out_ = &out; }
  std::size_t depth() const { return has_items_.size(); }

  void begin(char bracket);  ///< '{' or '['
  void end(char bracket);    ///< '}' or ']'
  void key_part(std::string_view part);
  void key_end();
  void string_part(std::string_view part);
  void string_end();
  void scalar(std::string_view text);

 private:
  void separate();
  void escape(std::string_view text);

  std::string* out_;
  std::vector<bool> has_items_;
  bool open_ = false;       ///< Within a text or key.
  bool after_key_ = false;
};

}  // namespace postroad::net::http
