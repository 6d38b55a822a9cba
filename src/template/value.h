#pragma once
#include <bit>
#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postroad::templates {

class Merged;

/// What an expression gives. Texts, arrays and objects are views into the data or the template.
class Value {
 public:
  enum class Kind : std::uint64_t { kUndefined, kNull, kBool, kNumber, kString, kArray, kObject, kMerged, kBlock };

  Value() = default;
  static Value null() { return Value(Kind::kNull); }
  static Value boolean(bool truth) { return Value(Kind::kBool, truth ? 1 : 0); }
  static Value number(double number) { return Value(Kind::kNumber, std::bit_cast<std::uint64_t>(number)); }
  static Value string(std::string_view text) { return Value(Kind::kString, address(text.data()), text.size()); }
  static Value merged(const Merged& merged) { return Value(Kind::kMerged, address(&merged)); }
  static Value json(const boost::json::value& value);
  /// `@partial-block`, which a condition can test.
  static Value block() { return Value(Kind::kBlock); }

  Kind kind() const { return kind_; }
  bool missing() const { return kind_ <= Kind::kNull; }
  bool is_true() const { return kind_ == Kind::kBool && bits_ != 0; }
  bool is_false() const { return kind_ == Kind::kBool && bits_ == 0; }
  bool is_object() const { return kind_ == Kind::kObject || kind_ == Kind::kMerged; }
  double as_number() const { return std::bit_cast<double>(bits_); }
  std::string_view as_string() const { return {to<char>(), size_}; }
  const boost::json::array& as_array() const { return *to<boost::json::array>(); }
  const boost::json::object& as_object() const { return *to<boost::json::object>(); }
  const Merged& as_merged() const { return *to<Merged>(); }

  /// As JavaScript's `if (value)`.
  bool truthy() const {
    if (kind_ == Kind::kNumber) return as_number() != 0 && as_number() == as_number();
    if (kind_ == Kind::kString) return size_ != 0;
    return kind_ == Kind::kBool ? bits_ != 0 : kind_ > Kind::kBool;
  }
  /// As Handlebars' isEmpty: also an empty array, but not 0.
  bool empty() const {
    if (kind_ == Kind::kArray) return as_array().empty();
    return !truthy() && !(kind_ == Kind::kNumber && as_number() == 0);
  }
  /// An own property: of an object, an element or `length` of an array or text. Undefined when there is none.
  Value field(std::string_view name) const { return kind_ == Kind::kObject ? member(as_object(), name) : other_field(name); }
  /// What `field` costs in steps: texts are walked, laid-over hashes searched.
  std::uint64_t field_cost() const;
  /// The same thing, as JavaScript's == between contexts: identity for arrays and objects.
  bool same_as(const Value& other) const;

 private:
  explicit Value(Kind kind, std::uint64_t bits = 0, std::size_t size = 0) : kind_(kind), bits_(bits), size_(size) {}
  static std::uint64_t address(const void* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); }
  template <class T>
  const T* to() const { return reinterpret_cast<const T*>(static_cast<std::uintptr_t>(bits_)); }
  static Value member(const boost::json::object& object, std::string_view name);
  Value other_field(std::string_view name) const;

  // Whole words, so that a value travels in registers.
  Kind kind_ = Kind::kUndefined;
  std::uint64_t bits_ = 0;  ///< A number, a truth, or where the text, array or object is.
  std::size_t size_ = 0;    ///< Of a text.
};

inline Value Value::json(const boost::json::value& json) {
  switch (json.kind()) {
    case boost::json::kind::null: return null();
    case boost::json::kind::bool_: return boolean(json.get_bool());
    case boost::json::kind::int64: return number(static_cast<double>(json.get_int64()));
    case boost::json::kind::uint64: return number(static_cast<double>(json.get_uint64()));
    case boost::json::kind::double_: return number(json.get_double());
    case boost::json::kind::string: return string(json.get_string());
    case boost::json::kind::array: return Value(Kind::kArray, address(&json.get_array()));
    case boost::json::kind::object: return Value(Kind::kObject, address(&json.get_object()));
  }
  return {};
}

/// Names are short: a loop over them is over before a call to memcmp would be.
inline bool same_octets(const char* a, const char* b, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

/// Small objects are compared member by member, by length first; large ones have an index.
inline Value Value::member(const boost::json::object& object, std::string_view name) {
  constexpr std::size_t kSmallMax = 16;
  if (object.size() > kSmallMax || name.empty()) {
    const boost::json::value* found = object.if_contains(name);
    return found == nullptr ? Value() : json(*found);
  }
  for (const auto& one : object) {
    const std::string_view key = one.key();
    if (key.size() == name.size() && same_octets(key.data(), name.data(), name.size())) return json(one.value());
  }
  return {};
}

/// A partial's context with its hash laid over it.
class Merged {
 public:
  Merged(Value base, std::vector<std::pair<std::string_view, Value>> members)
      : base_(base), members_(std::move(members)), cost_(members_.size() + base.field_cost()) {}
  std::uint64_t cost() const { return cost_; }
  Value field(std::string_view name) const;
  const Value& base() const { return base_; }
  const std::vector<std::pair<std::string_view, Value>>& members() const { return members_; }

 private:
  Value base_;
  std::vector<std::pair<std::string_view, Value>> members_;
  std::uint64_t cost_;
};

/// Own keys in JavaScript's order: whole numbers first, in their order, then the rest as written.
std::vector<std::string_view> keys_of(const Value& object);
/// Whether `keys_of` would only repeat the order of the object.
bool keys_in_order(const boost::json::object& object);

/// What `"" + value` gives. Elements of arrays are joined by commas; `budget` is lowered by the elements visited and
/// the text stops at 0.
void append_text(std::string& out, const Value& value, std::uint64_t& budget);

}  // namespace postroad::templates
