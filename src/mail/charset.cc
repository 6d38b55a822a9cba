#include "mail/charset.h"

#include <iconv.h>

#include <array>
#include <cerrno>

#include "base/text.h"
#include "mail/characters.h"
#include "mail/charset_names.h"

namespace postroad::mail {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

/// Opened converters of this thread, one for each charset at most: opening one costs more than converting a
/// subject.
class Converters {
 public:
  /// The handle, reset; null when this machine has no table for it.
  iconv_t get(std::size_t charset) {
    iconv_t& handle = handles_[charset];
    if (handle == nullptr) {
      const iconv_t opened = iconv_open("UTF-8", std::string(kCharsets[charset]).c_str());
      if (opened == reinterpret_cast<iconv_t>(-1)) return nullptr;
      handle = opened;
    }
    iconv(handle, nullptr, nullptr, nullptr, nullptr);
    return handle;
  }
  Converters() = default;
  Converters(const Converters&) = delete;
  ~Converters() {
    for (const iconv_t handle : handles_) {
      if (handle != nullptr) iconv_close(handle);
    }
  }

 private:
  std::array<iconv_t, kCharsets.size()> handles_{};
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
  const CharsetName name = resolve_charset(charset);
  return name.kind == CharsetKind::kUtf8 ||
         (name.kind == CharsetKind::kTable && converters().get(name.index) != nullptr);
}

std::string to_utf8(std::string_view bytes, std::string_view charset, bool guess) {
  const CharsetName name = resolve_charset(charset);
  if (name.kind == CharsetKind::kTable) {
    if (const iconv_t handle = converters().get(name.index); handle != nullptr)
      return converted(handle, bytes);
  }
  if (is_valid_utf8(bytes)) return std::string(bytes);
  if (guess && name.kind != CharsetKind::kUtf8) return to_utf8(bytes, "windows-1252");
  return repaired_utf8(bytes);
}

}  // namespace postroad::mail
