#include "app/domain_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "base/json_writer.h"
#include "base/text.h"

namespace postroad::app {
namespace {

constexpr std::size_t kStringBytesMax = 255;  // RFC 1035 §3.3
constexpr int kTtlSeconds = 3600;

/// The value of p= without the spaces that RFC 6376 §3.2 allows in it; empty when there is none.
std::string key_in(std::string_view record) {
  for (const std::string_view tag : split(record, ';')) {
    const std::string_view trimmed = trim(tag);
    if (!trimmed.starts_with("p=")) continue;
    std::string key(trimmed.substr(2));
    std::erase_if(key, [](char c) { return c == ' ' || c == '\t'; });
    return key;
  }
  return {};
}

std::string text_strings(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at == 0 || at < text.size(); at += kStringBytesMax) {
    std::string part(text.substr(at, kStringBytesMax));
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (part[i] == '"' || part[i] == '\\') part.insert(i++, "\\");
    }
    out += fmt::format("{}\"{}\"", out.empty() ? "" : " ", part);
  }
  return out;
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string doubled;
  for (const char c : text) doubled += c == '"' ? "\"\"" : std::string(1, c);
  return fmt::format("\"{}\"", doubled);
}

/// Of an MX, "10 host": the number and the host. -1 of anything else, whose value is one.
std::pair<int, std::string> mx_parts(const DomainRecord& record) {
  const std::size_t space = record.value.find(' ');
  if (record.type != "MX" || space == std::string::npos) return {-1, record.value};
  return {std::atoi(record.value.c_str()), record.value.substr(space + 1)};
}

/// A quoted string of Terraform's language, in which ${ and %{ begin a template.
std::string hcl_string(const std::string& text) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"' || text[i] == '\\') out += '\\';
    if ((text[i] == '$' || text[i] == '%') && i + 1 < text.size() && text[i + 1] == '{') out += text[i];
    out += text[i];
  }
  return out + '"';
}

std::string note_of(account::DkimKeyState state) {
  switch (state) {
    case account::DkimKeyState::kActive: return {};
    case account::DkimKeyState::kPending: return "new: signs when this record is seen, `postroad domain rotate-dkim` once more";
    case account::DkimKeyState::kRetired: return "signs no more; keep it while mail it signed may still be read";
  }
  return {};
}

}  // namespace

std::vector<DomainRecord> records_of(const account::Domain& domain, const std::string& hostname) {
  std::vector<DomainRecord> records;
  records.push_back({"TXT", domain.name, fmt::format("v=spf1 a:{} ~all", hostname), "SPF", true, "one record only: add a:… to the one you have"});
  for (const account::DkimKeyRecord& key : domain.dkim_keys) {
    records.push_back({"TXT", fmt::format("{}._domainkey.{}", key.selector, domain.name), key.dns_value, "DKIM",
                       key.state == account::DkimKeyState::kActive, note_of(key.state)});
  }
  records.push_back({"TXT", "_dmarc." + domain.name, fmt::format("v=DMARC1; p=none; rua=mailto:postmaster@{}", domain.name), "DMARC", false,
                     "large receivers want one"});
  records.push_back({"MX", domain.name, "10 " + hostname, "MX", false, "for bounces; leave the one you have"});
  return records;
}

std::string zone_text(const std::vector<DomainRecord>& records) {
  std::string text;
  for (const DomainRecord& record : records) {
    const std::string value = record.type == "TXT" ? text_strings(record.value) : record.value + ".";
    text += fmt::format("{}. {} IN {} {}\n", record.name, kTtlSeconds, record.type, value);
  }
  return text;
}

std::string csv_text(const std::vector<DomainRecord>& records) {
  std::string text = "type,name,value,purpose,required\n";
  for (const DomainRecord& record : records) {
    text += fmt::format("{},{},{},{},{}\n", record.type, csv_field(record.name), csv_field(record.value), record.purpose, record.required ? "yes" : "no");
  }
  return text;
}

std::string cloudflare_text(const std::vector<DomainRecord>& records) {
  JsonWriter json;
  json.begin_object().key("posts").begin_array();
  for (const DomainRecord& record : records) {
    const auto [priority, value] = mx_parts(record);
    json.begin_object().field("type", record.type).field("name", record.name);
    json.field("content", record.type == "TXT" ? text_strings(value) : value).field("ttl", kTtlSeconds);
    if (priority >= 0) json.field("priority", priority);
    json.field("comment", "postroad " + record.purpose).end_object();
  }
  json.end_array().end_object();
  return std::string(json.text()) + "\n";
}

std::string terraform_text(const std::string& domain, const std::vector<DomainRecord>& records) {
  std::string name = domain;
  std::ranges::replace_if(name, [](char c) { return c == '.' || c == '-'; }, '_');
  std::string text = fmt::format("# resource \"…\" \"{0}\" {{ for_each = local.dns_{0} … each.value.name … }}\nlocals {{\n  dns_{0} = {{\n", name);
  for (const DomainRecord& record : records) {
    const auto [priority, value] = mx_parts(record);
    const std::string key = ascii_lower(record.type + " " + record.name);
    text += fmt::format("    {} = {{ type = \"{}\", name = {}, value = {}, ttl = {}", hcl_string(key), record.type, hcl_string(record.name), hcl_string(value), kTtlSeconds);
    text += priority >= 0 ? fmt::format(", priority = {} }}\n", priority) : " }\n";
  }
  return text + "  }\n}\n";
}

std::string dkim_trouble(const std::string& wanted, const std::vector<std::string>& published, const std::vector<std::string>& doubled) {
  const std::string key = key_in(wanted);
  const auto has_key = [&key](const std::string& text) { return key_in(text) == key; };
  if (std::ranges::any_of(published, has_key)) return published.size() == 1 ? "" : fmt::format("there are {} texts at its name: remove the others", published.size());
  if (published.empty()) {
    return std::ranges::any_of(doubled, has_key) ? "it is at the name with the domain twice: the editor of the zone appends the domain by itself" : "it is not published";
  }
  const std::string& first = published.front();
  if (first.find('"') != std::string::npos) return "there are quotation marks in the text itself: take them out";
  const std::string there = key_in(first);
  if (there.empty()) return first.find("p=") == std::string::npos ? "what is published is no key: " + first : "an empty key is published, which revokes it";
  if (key.starts_with(there)) return fmt::format("it is cut off after {} characters: split it into strings of {}", first.size(), kStringBytesMax);
  return "another key is published";
}

}  // namespace postroad::app
