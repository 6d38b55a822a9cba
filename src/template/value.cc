#include "template/value.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/text.h"
#include "template/js_text.h"
#include "template/limits.h"

namespace postroad::templates {
namespace {

constexpr std::int64_t kIndexMax = 4294967294;  // ECMA-262 array index

/// "12" is 12; "012", "-1" and "x" are no index.
std::optional<std::size_t> index_of(std::string_view name) {
  if (name.empty() || name.size() > 10 || name[0] < '0' || name[0] > '9' ||
      (name[0] == '0' && name.size() > 1))
    return std::nullopt;
  const std::optional<std::int64_t> index = parse_int(name);
  if (!index || *index > kIndexMax) return std::nullopt;
  return static_cast<std::size_t>(*index);
}

}  // namespace

Value Value::other_field(std::string_view name) const {
  switch (kind_) {
    case Kind::kObject:
      return member(as_object(), name);
    case Kind::kMerged:
      return as_merged().field(name);
    case Kind::kArray: {
      if (name == "length") return number(static_cast<double>(as_array().size()));
      const std::optional<std::size_t> index = index_of(name);
      return index && *index < as_array().size() ? json(as_array()[*index]) : Value();
    }
    case Kind::kString: {
      if (name == "length") return number(static_cast<double>(utf16_length(as_string())));
      const std::optional<std::size_t> index = index_of(name);
      const std::string_view character = index ? utf16_at(as_string(), *index) : std::string_view();
      return character.empty() ? Value() : string(character);
    }
    default:
      return {};
  }
}

std::uint64_t Value::field_cost() const {
  if (kind_ == Kind::kMerged) return as_merged().cost();
  return kind_ == Kind::kString ? size_ / kStepOctets : 0;
}

bool Value::same_as(const Value& other) const {
  if (missing() || other.missing()) return missing() && other.missing();
  const auto is_plain = [](Kind kind) { return kind >= Kind::kBool && kind <= Kind::kString; };
  if (!is_plain(kind_) || !is_plain(other.kind_)) {
    return kind_ == other.kind_ && bits_ == other.bits_;  // one place
  }
  if (kind_ == Kind::kString && other.kind_ == Kind::kString) return as_string() == other.as_string();
  const auto numeric = [](const Value& value) {
    if (value.kind_ == Kind::kString) return to_number(value.as_string());
    return value.kind_ == Kind::kBool ? (value.bits_ != 0 ? 1.0 : 0.0) : value.as_number();
  };
  return numeric(*this) == numeric(other);
}

Value Merged::field(std::string_view name) const {
  for (auto member = members_.rbegin(); member != members_.rend(); ++member) {
    if (member->first == name) return member->second;
  }
  if (base_.kind() == Value::Kind::kArray && name == "length")
    return {};  // not copied: no property of its own
  return base_.field(name);
}

bool keys_in_order(const boost::json::object& object) {
  return std::none_of(object.begin(), object.end(),
                      [](const auto& member) { return index_of(member.key()).has_value(); });
}

std::vector<std::string_view> keys_of(const Value& object) {
  std::vector<std::string_view> keys;
  std::vector<const Merged*> layers;
  Value base = object;
  for (; base.kind() == Value::Kind::kMerged; base = base.as_merged().base())
    layers.push_back(&base.as_merged());
  if (base.kind() == Value::Kind::kObject) {
    for (const auto& member : base.as_object()) keys.push_back(member.key());
  }
  for (; !layers.empty(); layers.pop_back()) {
    for (const auto& [key, value] : layers.back()->members()) {
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
    }
  }
  std::vector<std::string_view> ordered, rest;
  for (const std::string_view key : keys) (index_of(key) ? ordered : rest).push_back(key);
  std::sort(ordered.begin(), ordered.end(),
            [](std::string_view a, std::string_view b) { return *index_of(a) < *index_of(b); });
  ordered.insert(ordered.end(), rest.begin(), rest.end());
  return ordered;
}

void append_text(std::string& out, const Value& value, std::uint64_t& budget) {
  struct Place {
    const boost::json::array* array;
    std::size_t next;
  };
  const auto append_one = [&out](const Value& one) {
    switch (one.kind()) {
      case Value::Kind::kBool:
        out += one.is_true() ? "true" : "false";
        break;
      case Value::Kind::kNumber:
        append_number(out, one.as_number());
        break;
      case Value::Kind::kString:
        out += one.as_string();
        break;
      case Value::Kind::kObject:
      case Value::Kind::kMerged:
        out += "[object Object]";
        break;
      default:
        break;
    }
  };
  if (value.kind() != Value::Kind::kArray) return append_one(value);
  std::vector<Place> places{{&value.as_array(), 0}};
  while (!places.empty() && budget > 0) {
    Place& place = places.back();
    if (place.next == place.array->size()) {
      places.pop_back();
      continue;
    }
    --budget;
    if (place.next > 0) out += ',';
    const Value element = Value::json((*place.array)[place.next++]);
    if (element.kind() == Value::Kind::kArray) {
      places.push_back({&element.as_array(), 0});
    } else {
      append_one(element);
    }
  }
}

}  // namespace postroad::templates
