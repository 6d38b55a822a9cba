#pragma once
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
  enum class Kind : std::uint8_t { kUndefined, kNull, kBool, kNumber, kString, kArray, kObject, kMerged, kBlock };

  Value() = default;
  static Value null() { return Value(Kind::kNull); }
  static Value boolean(bool truth);
  static Value number(double number);
  static Value string(std::string_view text);
  static Value json(const boost::json::value& value);
  static Value merged(const Merged& merged);
  /// `@partial-block`, which a condition can test.
  static Value block() { return Value(Kind::kBlock); }

  Kind kind() const { return kind_; }
  bool missing() const { return kind_ <= Kind::kNull; }
  bool is_true() const { return kind_ == Kind::kBool && truth_; }
  bool is_false() const { return kind_ == Kind::kBool && !truth_; }
  bool is_object() const { return kind_ == Kind::kObject || kind_ == Kind::kMerged; }
  double as_number() const { return number_; }
  std::string_view as_string() const { return {text_, size_}; }
  const boost::json::array& as_array() const { return *array_; }
  const boost::json::object& as_object() const { return *object_; }
  const Merged& as_merged() const { return *merged_; }

  /// As JavaScript's `if (value)`.
  bool truthy() const;
  /// As Handlebars' isEmpty: also an empty array, but not 0.
  bool empty() const;
  /// An own property: of an object, an element or `length` of an array or text. Undefined when there is none.
  Value field(std::string_view name) const;
  /// What `field` costs in steps: texts are walked, laid-over hashes searched.
  std::uint64_t field_cost() const;
  /// The same thing, as JavaScript's == between contexts: identity for arrays and objects.
  bool same_as(const Value& other) const;

 private:
  explicit Value(Kind kind) : kind_(kind) {}

  Kind kind_ = Kind::kUndefined;
  bool truth_ = false;
  union {
    double number_ = 0;
    const char* text_;
    const boost::json::array* array_;
    const boost::json::object* object_;
    const Merged* merged_;
  };
  std::size_t size_ = 0;
};

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
