#pragma once
#include <array>
#include <optional>
#include <string_view>

namespace postroad::mail {

/// The charsets that mail is written in, by the names iconv has for them. No other is ever opened: a stranger
/// cannot make us load tables for a thousand names, one word each.
inline constexpr auto kCharsets = std::to_array<std::string_view>({
    "windows-1250", "windows-1251", "windows-1252", "windows-1253", "windows-1254",  "windows-1255",
    "windows-1256", "windows-1257", "windows-1258", "iso-8859-2",   "iso-8859-3",    "iso-8859-4",
    "iso-8859-5",   "iso-8859-6",   "iso-8859-7",   "iso-8859-8",   "iso-8859-9",    "iso-8859-10",
    "iso-8859-13",  "iso-8859-14",  "iso-8859-15",  "iso-8859-16",  "koi8-r",        "koi8-u",
    "koi8-t",       "gb18030",      "big5",         "big5-hkscs",   "cp932",         "cp949",
    "johab",        "euc-jp",       "euc-tw",       "iso-2022-jp",  "iso-2022-jp-2", "iso-2022-kr",
    "iso-2022-cn",  "utf-7",        "utf-16",       "utf-16be",     "utf-16le",      "utf-32",
    "tis-620",      "cp437",        "cp737",        "cp775",        "cp850",         "cp852",
    "cp855",        "cp857",        "cp858",        "cp860",        "cp861",         "cp862",
    "cp863",        "cp864",        "cp865",        "cp866",        "cp869",         "cp874",
    "cp1125",       "macintosh",    "mac-cyrillic", "mac-is",       "viscii",        "tcvn",
    "armscii-8",    "georgian-ps",  "pt154",
});

enum class CharsetKind { kTable, kUtf8, kAscii, kUnknown };

struct CharsetName {
  CharsetKind kind = CharsetKind::kUnknown;
  std::size_t index = 0;  ///< into kCharsets, for kTable
};

/// What a sender means by a charset name: any case, aliases, misspellings, quotes, an RFC 2231 language after
/// '*'.
CharsetName resolve_charset(std::string_view name);

}  // namespace postroad::mail
