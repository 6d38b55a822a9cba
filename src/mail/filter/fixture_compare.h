#pragma once
#include <algorithm>
#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "mail/base64_lines.h"
#include "mail/html/entities.h"
#include "mail/html/tokenizer.h"

/// For tests only: holds an answer against what a fixture expects, by the rules of the fixtures' README.
namespace postroad::mail::filter {

namespace json = boost::json;

inline std::string comparable_text(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    out += text[i];
  }
  while (!out.empty() && std::string_view(" \t\r\n").find(out.back()) != std::string_view::npos)
    out.pop_back();
  return out;
}

inline std::string without_space(std::string_view text, bool collapse) {
  std::string out;
  for (const char c : text) {
    const bool space = std::string_view(" \t\r\n").find(c) != std::string_view::npos;
    if (!space) out += c;
    if (space && collapse && !out.empty() && out.back() != ' ') out += ' ';
  }
  return std::string(trim(out));
}

/// Without tags when `all`, else without html, head and body tags.
inline std::string without_tags(std::string_view html, bool all) {
  std::string out;
  html::Tokenizer tokenizer(html);
  for (html::Token token; tokenizer.next(token);) {
    const bool text = token.kind == html::TokenKind::kText;
    const bool outer = ascii_iequals(token.name, "html") || ascii_iequals(token.name, "head") ||
                       ascii_iequals(token.name, "body");
    if (text ? !(all && token.raw_text) : !all && !outer) out += html.substr(token.begin, token.end - token.begin);
  }
  return out;
}

inline std::string without_any_space(std::string_view text) {
  std::string decoded = html::decode_entities(text);
  for (std::size_t at; (at = decoded.find("\xc2\xa0")) != std::string::npos;) decoded.erase(at, 2);
  return without_space(decoded, false);
}

class Comparison {
 public:
  explicit Comparison(const json::object& modes) : modes_(modes) {}

  /// The first difference, or an empty text. `path` names the key, dotted below lists.
  std::string differs(const json::value& want, const json::value& got, const std::string& path) const {
    const std::string mode = mode_of(path);
    if (mode == "contains") return contains(want.as_object(), got, path);
    if (mode == "one-of") return one_of(want.as_array(), got, path);
    if (want.is_null()) return got.is_null() ? "" : fail(want, got, path);
    if (want.is_object())
      return got.is_object() ? object_differs(want.as_object(), got.as_object(), path)
                             : fail(want, got, path);
    if (want.is_array())
      return got.is_array() ? array_differs(want.as_array(), got.as_array(), path, mode)
                            : fail(want, got, path);
    if (want.is_string() && got.is_string()) {
      return strings_match(want.as_string(), got.as_string(), mode) ? "" : fail(want, got, path);
    }
    if (want.is_number() && got.is_number())
      return want.to_number<double>() == got.to_number<double>() ? "" : fail(want, got, path);
    return want == got ? "" : fail(want, got, path);
  }

  std::string object_differs(const json::object& want, const json::object& got,
                             const std::string& path) const {
    for (const auto& member : want) {
      const json::value* found = got.if_contains(member.key());
      const std::string below =
          path.empty() ? std::string(member.key()) : path + '.' + std::string(member.key());
      const std::string difference =
          differs(member.value(), found == nullptr ? json::value() : *found, below);
      if (!difference.empty()) return difference;
    }
    return "";
  }

 private:
  std::string mode_of(const std::string& path) const {
    const json::value* mode = modes_.if_contains(path);
    return mode == nullptr ? "" : std::string(mode->as_string());
  }

  static std::string fail(const json::value& want, const json::value& got, const std::string& path) {
    return path + ": want " + json::serialize(want).substr(0, 500) + " got " +
           json::serialize(got).substr(0, 500);
  }

  std::string one_of(const json::array& accepted, const json::value& got, const std::string& path) const {
    for (const json::value& value : accepted) {
      if (value == got) return "";
    }
    return fail(accepted, got, path);
  }

  static std::string contains(const json::object& want, const json::value& got, const std::string& path) {
    const std::string text = got.is_string() ? comparable_text(got.as_string()) : std::string();
    const auto has = [&](const json::value& piece) {
      return without_space(text, true).find(without_space(piece.as_string(), true)) != std::string::npos;
    };
    for (const json::value& piece : want.at("contains").as_array()) {
      if (!has(piece)) return fail(want, got, path);
    }
    for (const json::value& piece : want.at("not_contains").as_array()) {
      if (has(piece)) return fail(want, got, path);
    }
    return "";
  }

  std::string array_differs(const json::array& want, const json::array& got, const std::string& path,
                            const std::string& mode) const {
    if (mode != "unordered") {
      if (want.size() != got.size()) return fail(want, got, path + "(size)");
      for (std::size_t i = 0; i < want.size(); ++i) {
        if (auto difference = differs(want[i], got[i], path); !difference.empty()) return difference;
      }
      return "";
    }
    std::vector<bool> taken(got.size());
    for (const json::value& element : want) {
      std::size_t i = 0;
      while (i < got.size() && (taken[i] || !differs(element, got[i], path).empty())) ++i;
      if (i == got.size()) return fail(element, got, path);
      taken[i] = true;
    }
    return "";
  }

  static bool strings_match(std::string_view want, std::string_view got, const std::string& mode) {
    if (mode == "exact") return want == got;
    if (mode == "ci") return ascii_iequals(comparable_text(want), comparable_text(got));
    if (mode == "ws") return without_space(want, false) == without_space(got, false);
    if (mode == "collapse") return without_space(want, true) == without_space(got, true);
    if (mode == "ws-prefix") {
      constexpr std::size_t kFurtherBytesMax = 120;
      const std::string start = without_space(want, false), all = without_space(got, false);
      return all.starts_with(start) && all.size() <= start.size() + kFurtherBytesMax;
    }
    if (mode == "html" || mode == "htmltext") {
      const bool text = mode == "htmltext";
      return without_any_space(without_tags(want, text)) == without_any_space(without_tags(got, text));
    }
    if (mode == "b64-lines")
      return comparable_text(decode_base64_lenient(want)) == comparable_text(decode_base64_lenient(got));
    if (mode == "trim") return trim(comparable_text(want)) == trim(comparable_text(got));
    return comparable_text(want) == comparable_text(got);
  }

  const json::object& modes_;
};

}  // namespace postroad::mail::filter
