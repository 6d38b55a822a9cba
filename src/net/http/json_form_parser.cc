#include "net/http/json_form_parser.h"

#include <boost/json/basic_parser_impl.hpp>

#include "net/http/json_text_writer.h"

namespace postroad::net::http {
namespace {

using ErrorCode = boost::json::error_code;
using View = boost::json::string_view;

constexpr char kInvalidJson[] = "unable to parse request: invalid JSON";

std::string_view plain(View view) { return {view.data(), view.size()}; }

/// Turns Boost's parser events into fields.
class Handler {
 public:
  // FormLimits bounds all of these together.
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);

  explicit Handler(FormBuilder& builder) : builder_(builder), nested_(nowhere_) {}
  Refusal refusal{400, kInvalidJson};

  bool on_document_begin(ErrorCode&) { return true; }
  bool on_document_end(ErrorCode&) { return true; }

  bool on_object_begin(ErrorCode& error) {
    if (place_ != Place::kOutside) return begin_nested('{', error);
    place_ = Place::kObject;
    return true;
  }
  bool on_object_end(std::size_t, ErrorCode&) {
    if (is_nested()) {
      nested_.end('}');
    } else {
      place_ = Place::kOutside;
    }
    return true;
  }
  bool on_array_begin(ErrorCode& error) {
    if (place_ == Place::kOutside) return fail({400, kInvalidJson}, error);  // only an object has names
    if (place_ == Place::kArray || is_nested()) return begin_nested('[', error);
    place_ = Place::kArray;
    return true;
  }
  bool on_array_end(std::size_t, ErrorCode&) {
    if (is_nested()) {
      nested_.end(']');
    } else {
      place_ = Place::kObject;
    }
    return true;
  }

  bool on_key_part(View part, std::size_t, ErrorCode& error) {
    if (is_nested()) {
      nested_.key_part(plain(part));
      return true;
    }
    if (!within_key_) key_.clear();
    within_key_ = true;
    if (key_.size() + part.size() > builder_.limits().name_bytes_max) {
      return fail({400, "parameter name too long"}, error);
    }
    key_ += plain(part);
    return true;
  }
  bool on_key(View part, std::size_t size, ErrorCode& error) {
    if (!on_key_part(part, size, error)) return false;
    if (is_nested()) nested_.key_end();
    within_key_ = false;
    return true;
  }

  bool on_string_part(View part, std::size_t, ErrorCode& error) {
    if (is_nested()) {
      nested_.string_part(plain(part));
      return true;
    }
    if (!within_string_ && !begin_field(error)) return false;
    within_string_ = true;
    builder_.append(plain(part));
    return true;
  }
  bool on_string(View part, std::size_t size, ErrorCode& error) {
    if (!on_string_part(part, size, error)) return false;
    if (is_nested()) nested_.string_end();
    within_string_ = false;
    return true;
  }

  bool on_number_part(View part, ErrorCode&) {
    number_ += plain(part);
    return true;
  }
  bool on_int64(std::int64_t, View part, ErrorCode& error) { return end_number(part, error); }
  bool on_uint64(std::uint64_t, View part, ErrorCode& error) { return end_number(part, error); }
  bool on_double(double, View part, ErrorCode& error) { return end_number(part, error); }
  bool on_bool(bool value, ErrorCode& error) { return add_scalar(value ? "true" : "false", error); }
  bool on_null(ErrorCode& error) {
    if (place_ != Place::kOutside && !is_nested()) return true;  // absent
    return add_scalar("null", error);
  }
  bool on_comment_part(View, ErrorCode&) { return true; }
  bool on_comment(View, ErrorCode&) { return true; }

 private:
  enum class Place : std::uint8_t { kOutside, kObject, kArray };

  bool is_nested() const { return nested_.depth() > 0; }
  bool fail(Refusal why, ErrorCode& error) {
    refusal = std::move(why);
    error = boost::json::error::syntax;
    return false;
  }
  bool begin_field(ErrorCode& error) {
    if (place_ == Place::kOutside) return fail({400, kInvalidJson}, error);
    Outcome<void> begun = builder_.begin(key_, std::nullopt);
    return begun.has_value() || fail(std::move(begun).error(), error);
  }
  bool begin_nested(char bracket, ErrorCode& error) {
    if (!is_nested()) {
      if (!begin_field(error)) return false;
      nested_.write_to(builder_.value());
    }
    nested_.begin(bracket);
    return true;
  }
  bool end_number(View part, ErrorCode& error) {
    number_ += plain(part);
    const bool added = add_scalar(number_, error);
    number_.clear();
    return added;
  }
  bool add_scalar(std::string_view text, ErrorCode& error) {
    if (is_nested()) {
      nested_.scalar(text);
      return true;
    }
    if (!begin_field(error)) return false;
    builder_.append(text);
    return true;
  }

  FormBuilder& builder_;
  std::string nowhere_;
  JsonTextWriter nested_;
  Place place_ = Place::kOutside;
  std::string key_;
  std::string number_;
  bool within_key_ = false;
  bool within_string_ = false;
};

boost::json::parse_options options_of(const FormLimits& limits) {
  boost::json::parse_options options;
  options.max_depth = limits.depth_max;
  return options;
}

bool is_white(std::string_view bytes) { return bytes.find_first_not_of(" \t\r\n") == std::string_view::npos; }

}  // namespace

struct JsonFormParser::Machine {
  explicit Machine(FormBuilder& builder) : parser(options_of(builder.limits()), builder) {}
  boost::json::basic_parser<Handler> parser;
};

JsonFormParser::JsonFormParser(FormBuilder& builder) : machine_(std::make_unique<Machine>(builder)) {}
JsonFormParser::~JsonFormParser() = default;

Outcome<void> JsonFormParser::feed(std::string_view bytes) {
  auto& parser = machine_->parser;
  std::size_t used = 0;
  if (!parser.done()) {
    ErrorCode error;
    used = parser.write_some(true, bytes.data(), bytes.size(), error);
    if (error) return std::unexpected(parser.handler().refusal);
  }
  if (!is_white(bytes.substr(used))) return refuse(400, kInvalidJson);
  return {};
}

Outcome<void> JsonFormParser::finish() {
  auto& parser = machine_->parser;
  ErrorCode error;
  if (!parser.done()) parser.write_some(false, "", 0, error);
  if (error) return std::unexpected(parser.handler().refusal);
  return {};
}

}  // namespace postroad::net::http
