#include "mail/charset_names.h"

#include <algorithm>
#include <string>

#include "base/text.h"

namespace postroad::mail {
namespace {

constexpr std::size_t kNameBytesMax = 40;

struct Alias {
  std::string_view name, meant;
};

/// On names with '-' for '_'. Several mean something wider than they say, as browsers read them.
constexpr auto kAliases = std::to_array<Alias>({
    {"iso-8859-1", "windows-1252"},
    {"latin1", "windows-1252"},
    {"latin-1", "windows-1252"},
    {"l1", "windows-1252"},
    {"cp819", "windows-1252"},
    {"ibm819", "windows-1252"},
    {"ansi-x3.110-1983", "windows-1252"},
    {"latin2", "iso-8859-2"},
    {"latin-2", "iso-8859-2"},
    {"l2", "iso-8859-2"},
    {"latin3", "iso-8859-3"},
    {"latin4", "iso-8859-4"},
    {"cyrillic", "iso-8859-5"},
    {"arabic", "iso-8859-6"},
    {"greek", "iso-8859-7"},
    {"hebrew", "iso-8859-8"},
    {"latin5", "windows-1254"},
    {"iso-8859-9", "windows-1254"},
    {"latin6", "iso-8859-10"},
    {"latin9", "iso-8859-15"},
    {"latin-9", "iso-8859-15"},
    {"latin10", "iso-8859-16"},
    {"iso-8859-8-i", "iso-8859-8"},
    {"iso-8859-8-e", "iso-8859-8"},
    {"logical", "iso-8859-8"},
    {"iso-8859-6-i", "iso-8859-6"},
    {"iso-8859-11", "cp874"},
    {"tis620", "tis-620"},
    {"windows-874", "cp874"},
    {"dos-874", "cp874"},
    {"gb2312", "gb18030"},
    {"gb-2312-80", "gb18030"},
    {"gbk", "gb18030"},
    {"x-gbk", "gb18030"},
    {"cp936", "gb18030"},
    {"ms936", "gb18030"},
    {"windows-936", "gb18030"},
    {"euc-cn", "gb18030"},
    {"gb-18030", "gb18030"},
    {"hz-gb-2312", "gb18030"},
    {"big5hkscs", "big5-hkscs"},
    {"x-x-big5", "big5"},
    {"cn-big5", "big5"},
    {"csbig5", "big5"},
    {"cp950", "big5"},
    {"ks-c-5601-1987", "cp949"},
    {"ks-c-5601", "cp949"},
    {"ksc5601", "cp949"},
    {"ksc-5601", "cp949"},
    {"euc-kr", "cp949"},
    {"euckr", "cp949"},
    {"windows-949", "cp949"},
    {"korean", "cp949"},
    {"shift-jis", "cp932"},
    {"x-sjis", "cp932"},
    {"sjis", "cp932"},
    {"windows-31j", "cp932"},
    {"ms932", "cp932"},
    {"ms-kanji", "cp932"},
    {"eucjp", "euc-jp"},
    {"x-euc-jp", "euc-jp"},
    {"csiso2022jp", "iso-2022-jp"},
    {"iso-2022-jp-1", "iso-2022-jp-2"},
    {"iso-2022-jp-ms", "iso-2022-jp-2"},
    {"koi8", "koi8-r"},
    {"koi", "koi8-r"},
    {"cskoi8r", "koi8-r"},
    {"koi8-ru", "koi8-u"},
    {"x-mac-roman", "macintosh"},
    {"mac", "macintosh"},
    {"x-mac-cyrillic", "mac-cyrillic"},
    {"unicode-1-1-utf-7", "utf-7"},
    {"x-unicode-2-0-utf-7", "utf-7"},
    {"utf7", "utf-7"},
    {"unicode", "utf-16"},
    {"utf16", "utf-16"},
    {"ucs-2", "utf-16"},
    {"iso-10646-ucs-2", "utf-16"},
    {"utf32", "utf-32"},
    {"x-windows-949", "cp949"},
    {"x-viscii", "viscii"},
});

constexpr auto kUtf8Names = std::to_array<std::string_view>(
    {"utf-8", "utf8", "unicode-1-1-utf-8", "utf-8-mac", "x-utf-8", "utf-8n", "cp65001"});

/// Said by senders who did not know: their octets are looked at instead.
constexpr auto kAsciiNames = std::to_array<std::string_view>({
    "",
    "us-ascii",
    "ascii",
    "us",
    "ansi-x3.4-1968",
    "ansi-x3.4-1986",
    "iso646-us",
    "iso-646-us",
    "unknown-8bit",
    "x-unknown",
    "unknown",
    "7bit",
    "8bit",
    "default",
    "x-user-defined",
    "binary",
    "none",
});

template <std::size_t N>
bool is_one_of(std::string_view name, const std::array<std::string_view, N>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string normalised(std::string_view name) {
  name = trim(name.substr(0, name.find('*')));
  if (name.starts_with('"') || name.starts_with('\'')) name.remove_prefix(1);
  if (name.ends_with('"') || name.ends_with('\'')) name.remove_suffix(1);
  if (name.size() > kNameBytesMax) return "?";
  std::string out = ascii_lower(name);
  std::replace(out.begin(), out.end(), '_', '-');
  if (out.starts_with("iso8859-")) out = "iso-8859-" + out.substr(8);
  if (out.starts_with("iso-8859-") && out.find(':') != std::string::npos) out = out.substr(0, out.find(':'));
  if (out.starts_with("x-windows-")) out = out.substr(2);
  if (out.starts_with("ibm") && out.size() >= 6) out = "cp" + out.substr(3);
  if (out.starts_with("cp-")) out = "cp" + out.substr(3);
  if ((out.starts_with("cp125") || out.starts_with("win125") || out.starts_with("win-125")) &&
      out.size() >= 6) {
    out = "windows-" + out.substr(out.size() - 4);
  }
  return out;
}

}  // namespace

CharsetName resolve_charset(std::string_view name) {
  std::string wanted = normalised(name);
  if (is_one_of(wanted, kUtf8Names)) return {CharsetKind::kUtf8, 0};
  if (is_one_of(wanted, kAsciiNames)) return {CharsetKind::kAscii, 0};
  for (const auto& [alias, meant] : kAliases) {
    if (wanted == alias) {
      wanted = meant;
      break;
    }
  }
  const auto* at = std::find(kCharsets.begin(), kCharsets.end(), wanted);
  if (at == kCharsets.end()) return {};
  return {CharsetKind::kTable, static_cast<std::size_t>(at - kCharsets.begin())};
}

}  // namespace postroad::mail
