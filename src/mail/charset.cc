#include "mail/charset.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/text.h"
#include "mail/characters.h"

namespace postroad::mail {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";
constexpr std::size_t kCharsetNameBytesMax = 40;
constexpr std::size_t kConvertersMax = 16;

struct Alias {
  std::string_view name, meant;
};

/// Names senders use for something wider than they say (as browsers read them), or that iconv does not know.
constexpr std::array kAliases{
    Alias{"iso-8859-1", "windows-1252"},
    Alias{"iso8859-1", "windows-1252"},
    Alias{"latin1", "windows-1252"},
    Alias{"latin-1", "windows-1252"},
    Alias{"iso_8859-1", "windows-1252"},
    Alias{"l1", "windows-1252"},
    Alias{"cp819", "windows-1252"},
    Alias{"gb2312", "gb18030"},
    Alias{"gbk", "gb18030"},
    Alias{"x-gbk", "gb18030"},
    Alias{"gb_2312-80", "gb18030"},
    Alias{"cp936", "gb18030"},
    Alias{"ks_c_5601-1987", "cp949"},
    Alias{"ks_c_5601", "cp949"},
    Alias{"euc-kr", "cp949"},
    Alias{"shift_jis", "cp932"},
    Alias{"shift-jis", "cp932"},
    Alias{"x-sjis", "cp932"},
    Alias{"sjis", "cp932"},
    Alias{"windows-31j", "cp932"},
    Alias{"iso-8859-8-i", "iso-8859-8"},
    Alias{"iso-8859-6-i", "iso-8859-6"},
    Alias{"x-mac-roman", "macintosh"},
    Alias{"x-mac-cyrillic", "mac-cyrillic"},
    Alias{"unicode-1-1-utf-7", "utf-7"},
    Alias{"x-unicode-2-0-utf-7", "utf-7"},
    Alias{"windows-874", "cp874"},
    Alias{"dos-874", "cp874"},
    Alias{"iso-8859-11", "tis-620"},
    Alias{"big5-hkscs", "big5-hkscs"},
    Alias{"x-x-big5", "big5"},
    Alias{"koi8-ru", "koi8-u"},
    Alias{"unicode", "utf-16"},
    Alias{"ansi_x3.110-1983", "windows-1252"},
    Alias{"cp-850", "cp850"},
    Alias{"x-windows-1252", "windows-1252"},
};

bool is_utf8_name(std::string_view name) {
  return name == "utf-8" || name == "utf8" || name == "unicode-1-1-utf-8" || name == "utf-8-mac" ||
         name == "x-utf-8";
}
bool is_ascii_name(std::string_view name) {
  return name.empty() || name == "us-ascii" || name == "ascii" || name == "ansi_x3.4-1968" ||
         name == "iso646-us" || name == "unknown-8bit" || name == "x-unknown" || name == "unknown" ||
         name == "7bit" || name == "8bit" || name == "default" || name == "x-user-defined" ||
         name == "binary";
}

/// The name iconv knows it by, lower case; empty when it holds what no charset name has.
std::string canonical_name(std::string_view charset) {
  charset = trim(charset.substr(0, charset.find('*')));
  if (charset.starts_with('"') || charset.starts_with('\'')) charset.remove_prefix(1);
  if (charset.ends_with('"') || charset.ends_with('\'')) charset.remove_suffix(1);
  if (charset.size() > kCharsetNameBytesMax) return {};
  std::string name = ascii_lower(charset);
  const bool odd = std::any_of(name.begin(), name.end(), [](char c) {
    return !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' ||
             c == ':');
  });
  if (odd) return {};
  for (const auto& [alias, meant] : kAliases) {
    if (name == alias) return std::string(meant);
  }
  if (name.starts_with("cp125") || name.starts_with("win125"))
    return "windows-" + name.substr(name.size() - 4);
  return name;
}

/// Opened converters of this thread: opening one costs more than converting a subject.
class Converters {
 public:
  /// Null when iconv does not know the name. The handle is reset.
  iconv_t get(const std::string& name) {
    for (Entry& entry : entries_) {
      if (entry.name == name && entry.handle != nullptr) {
        iconv(entry.handle, nullptr, nullptr, nullptr, nullptr);
        return entry.handle;
      }
    }
    iconv_t handle = iconv_open("UTF-8", name.c_str());
    if (handle == reinterpret_cast<iconv_t>(-1)) return nullptr;
    Entry& slot = entries_[next_++ % kConvertersMax];
    if (slot.handle != nullptr) iconv_close(slot.handle);
    slot = {name, handle};
    return handle;
  }
  Converters() = default;
  Converters(const Converters&) = delete;
  ~Converters() {
    for (Entry& entry : entries_) {
      if (entry.handle != nullptr) iconv_close(entry.handle);
    }
  }

 private:
  struct Entry {
    std::string name;
    iconv_t handle = nullptr;
  };
  std::array<Entry, kConvertersMax> entries_;
  std::size_t next_ = 0;
};

Converters& converters() {
  thread_local Converters instance;
  return instance;
}

std::string converted(iconv_t handle, std::string_view bytes) {
  std::string out;
  char buffer[4096];
  std::string input(bytes);
  char* from = input.data();
  std::size_t left = input.size();
  bool flushed = false;
  while (!flushed) {
    char* to = buffer;
    std::size_t room = sizeof buffer;
    flushed = left == 0;
    const std::size_t result =
        flushed ? iconv(handle, nullptr, nullptr, &to, &room) : iconv(handle, &from, &left, &to, &room);
    const int error = errno;
    out.append(buffer, static_cast<std::size_t>(to - buffer));
    if (result != static_cast<std::size_t>(-1) || error == E2BIG) continue;
    out += kReplacement;  // EILSEQ or EINVAL: one octet is beyond help
    if (left > 0) ++from, --left;
  }
  return out;
}

}  // namespace

std::string repaired_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t length = utf8_length(bytes.substr(at));
    const std::string_view character = bytes.substr(at, length);
    if (is_valid_utf8(character)) {
      out += character;
      at += length;
    } else {
      out += kReplacement;
      ++at;
    }
  }
  return out;
}

std::string for_log(std::string_view bytes) {
  constexpr std::size_t kShown = 100;
  std::string out = repaired_utf8(bytes.substr(0, kShown));
  for (char& c : out) c = is_in(c, kControl) ? '?' : c;
  return out;
}

bool is_known_charset(std::string_view charset) {
  const std::string name = canonical_name(charset);
  return is_utf8_name(name) || (!name.empty() && !is_ascii_name(name) && converters().get(name) != nullptr);
}

std::string to_utf8(std::string_view bytes, std::string_view charset, bool guess) {
  const std::string name = canonical_name(charset);
  iconv_t handle = nullptr;
  const bool plain = is_ascii_name(name) || is_utf8_name(name);
  if (!plain) handle = converters().get(name);
  if (handle != nullptr) return converted(handle, bytes);
  if (is_valid_utf8(bytes)) return std::string(bytes);
  if (guess && !is_utf8_name(name)) {
    if (iconv_t western = converters().get("windows-1252"); western != nullptr)
      return converted(western, bytes);
  }
  return repaired_utf8(bytes);
}

}  // namespace postroad::mail
