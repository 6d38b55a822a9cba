#include "mail/header_block.h"

#include <algorithm>

#include "base/scan.h"
#include "base/text.h"
#include "mail/characters.h"

namespace postroad::mail {
namespace {

/// One past the '\n' that ends the line at `at`, or the end.
std::size_t line_end(std::string_view text, std::size_t at) {
  const std::size_t newline = text.find('\n', at);
  return newline == std::string_view::npos ? text.size() : newline + 1;
}

std::string_view without_line_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

HeaderField field_from(std::string_view raw) {
  HeaderField field{.raw = raw};
  const std::size_t colon = raw.find(':');
  if (colon == std::string_view::npos) return field;
  std::string_view name = raw.substr(0, colon);
  while (!name.empty() && is_in(name.back(), kWsp)) name.remove_suffix(1);
  const bool good =
      std::all_of(name.begin(), name.end(), [](char c) { return is_in(c, kFieldName | kText8); });
  if (name.empty() || !good) return field;
  field.name = name;
  field.value = without_line_end(raw.substr(colon + 1));
  return field;
}

}  // namespace

HeaderBlock HeaderBlock::scan(std::string_view message) {
  HeaderBlock block;
  std::size_t at = 0;
  while (at < message.size()) {
    std::size_t end = line_end(message, at);
    if (without_line_end(message.substr(at, end - at)).empty()) {
      block.header_ = message.substr(0, at);
      block.body_ = message.substr(end);
      return block;
    }
    while (end < message.size() && is_in(message[end], kWsp)) end = line_end(message, end);
    if (block.fields_.size() < kHeaderFieldsMax && end <= kHeaderBlockBytesMax) {
      block.fields_.push_back(field_from(message.substr(at, end - at)));
    } else {
      block.over_limit_ = true;
    }
    at = end;
  }
  block.header_ = message;
  block.body_ = message.substr(message.size());
  return block;
}

const HeaderField* HeaderBlock::find(std::string_view name) const {
  for (const HeaderField& field : fields_) {
    if (ascii_iequals(field.name, name)) return &field;
  }
  return nullptr;
}

std::size_t HeaderBlock::count(std::string_view name) const {
  return static_cast<std::size_t>(std::count_if(
      fields_.begin(), fields_.end(), [&](const HeaderField& f) { return ascii_iequals(f.name, name); }));
}

std::string unfold(std::string_view value) {
  std::string out;
  value = trim(value);
  out.reserve(value.size());
  for (const char c : value) {
    if (c != '\r' && c != '\n') out += c;
  }
  return out;
}

template <class Matches>
std::size_t HeaderEditor::remove_if(Matches matches) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < removed_.size(); ++i) {
    if (removed_[i] || !matches(block_.fields()[i].name)) continue;
    removed_[i] = true;
    ++count;
  }
  return count;
}

std::size_t HeaderEditor::remove(std::string_view name) {
  return remove_if([&](std::string_view field) { return ascii_iequals(field, name); });
}

std::size_t HeaderEditor::remove_with_prefix(std::string_view prefix) {
  return remove_if([&](std::string_view field) { return ascii_istarts_with(field, prefix); });
}

std::string HeaderEditor::finish() const {
  std::string out;
  out.reserve(prepended_.size() + appended_.size() + block_.bytes().size() + block_.body().size() + 4);
  out += prepended_;
  for (std::size_t i = 0; i < removed_.size(); ++i) {
    const HeaderField& field = block_.fields()[i];
    if (removed_[i] || field.name.empty()) continue;
    out += field.raw;
    if (!field.raw.ends_with('\n')) out += "\r\n";
  }
  out += appended_;
  out += "\r\n";
  out += block_.body();
  return out;
}

std::string normalise_line_ends(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 32);
  while (!text.empty()) {
    const std::size_t end = line_prefix(text);
    out += text.substr(0, end);
    if (end == text.size()) break;
    out += "\r\n";
    text.remove_prefix(end + (text.substr(end, 2) == "\r\n" ? 2 : 1));
  }
  return out;
}

}  // namespace postroad::mail
