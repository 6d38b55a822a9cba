#include "mail/address_suggestion.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"

namespace postroad::mail {
namespace {

/// Domains people mistype, most used first: of two equally near the earlier is meant.
constexpr auto kProviders = std::to_array<std::string_view>({
    "gmail.com",      "hotmail.com",    "yahoo.com",      "outlook.com",   "icloud.com",    "aol.com",
    "googlemail.com", "comcast.net",    "verizon.net",    "sbcglobal.net", "bellsouth.net", "protonmail.com",
    "rocketmail.com", "rediffmail.com", "btinternet.com", "earthlink.net", "charter.net",   "optonline.net",
    "yahoo.co.uk",    "hotmail.co.uk",  "hotmail.fr",     "yahoo.fr",      "orange.fr",     "wanadoo.fr",
    "t-online.de",    "fastmail.com",   "yandex.ru",
});

/// Right as they stand, though near to one above.
constexpr auto kOthers = std::to_array<std::string_view>({
    "email.com",   "mail.com",   "ymail.com",      "live.com",     "msn.com",      "me.com",
    "mac.com",     "att.net",    "cox.net",        "gmx.com",      "gmx.net",      "gmx.de",
    "web.de",      "free.fr",    "mail.ru",        "aim.com",      "juno.com",     "excite.com",
    "usa.com",     "usa.net",    "qq.com",         "163.com",      "126.com",      "zoho.com",
    "pm.me",       "proton.me",  "hey.com",        "tutanota.com", "inbox.com",    "netzero.com",
    "netzero.net", "virgin.net", "roadrunner.com", "yandex.com",   "hushmail.com", "rambler.ru",
    "laposte.net", "sky.com",    "talktalk.net",   "ntlworld.com", "walla.com",    "tmail.io",
    "vmail.com",   "hmail.de",   "gmail.de",
});

/// Endings under which the large providers really serve a country.
constexpr auto kNational = std::to_array<std::string_view>({
    "de",     "fr",     "es",     "it",     "in",     "ca",     "be",     "nl",     "se",
    "no",     "dk",     "at",     "ch",     "gr",     "pt",     "pl",     "cz",     "ie",
    "cn",     "ru",     "ro",     "hu",     "fi",     "cl",     "sk",     "jp",     "co.uk",
    "co.jp",  "co.in",  "co.id",  "co.nz",  "co.za",  "co.kr",  "co.th",  "co.il",  "com.br",
    "com.ar", "com.mx", "com.au", "com.hk", "com.sg", "com.tw", "com.tr", "com.vn", "com.ph",
    "com.my", "com.co", "com.pe", "com.ve", "com.cn", "com.ua",
});

constexpr std::size_t kNameLettersMin = 5;  ///< shorter names are too near to everything
constexpr std::size_t kSlipsMax = 2;
constexpr std::size_t kDomainBytesLookedAt = 40;

std::string_view name_of(std::string_view domain) {
  return domain.substr(0, domain.find('.'));
}

bool is_known(std::string_view domain) {
  return std::find(kProviders.begin(), kProviders.end(), domain) != kProviders.end() ||
         std::find(kOthers.begin(), kOthers.end(), domain) != kOthers.end();
}

/// Letters added, lost, changed or swapped with their neighbour between the two (optimal string alignment).
std::size_t slips(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), row(b.size() + 1), next(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    next[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      next[j] = std::min({row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) next[j] = std::min(next[j], before[j - 2] + 1);
    }
    before.swap(row);
    row.swap(next);
  }
  return row[b.size()];
}

/// A piece typed twice: "hotmailmail.com", "hotmail.com.com".
bool stutters(std::string_view domain, std::string_view provider) {
  if (domain.size() <= provider.size()) return false;
  const std::size_t extra = domain.size() - provider.size();
  for (std::size_t at = extra; at <= provider.size(); ++at) {
    const bool doubled = domain.substr(0, at) == provider.substr(0, at) &&
                         domain.substr(at, extra) == provider.substr(at - extra, extra) &&
                         domain.substr(at + extra) == provider.substr(at);
    if (doubled && extra > kSlipsMax) return true;
  }
  return false;
}

std::string_view ending_of(std::string_view domain) {
  return domain.substr(std::min(name_of(domain).size() + 1, domain.size()));
}

/// The provider's name under a national ending. Google's has none.
bool is_national(std::string_view domain, std::string_view provider) {
  return provider != "gmail.com" && name_of(domain) == name_of(provider) &&
         std::find(kNational.begin(), kNational.end(), ending_of(domain)) != kNational.end();
}

/// The name is right and what follows is none of its endings ("gmail", "gmail.net"), or says mail once more.
bool has_wrong_ending(std::string_view domain, std::string_view provider) {
  if (name_of(domain) == std::string(name_of(provider)) + "mail") return true;
  return name_of(domain) == name_of(provider) &&
         (provider == "gmail.com" || ending_of(domain).find('.') == std::string_view::npos);
}

}  // namespace

std::optional<std::string> suggest_address(std::string_view address) {
  const std::size_t at = address.rfind('@');
  if (at == std::string_view::npos || at == 0 || !is_valid_utf8(address)) return std::nullopt;
  std::string domain = ascii_lower(address.substr(at + 1));
  const std::size_t first = domain.find_first_not_of("`'\" .,;<>");
  if (first == std::string::npos) return std::nullopt;
  const bool junk = first > 0 || domain.find_last_not_of("`'\" .,;<>") + 1 != domain.size();
  domain = domain.substr(first, domain.find_last_not_of("`'\" .,;<>") - first + 1);
  if (domain.size() > kDomainBytesLookedAt || (is_known(domain) && !junk)) return std::nullopt;
  const auto suggestion = [&](std::string_view right) {
    return std::string(address.substr(0, at + 1)) + std::string(right);
  };
  if (is_known(domain)) return suggestion(domain);
  std::string_view best;
  std::size_t fewest = kSlipsMax + 1;
  for (const std::string_view provider : kProviders) {
    if (name_of(provider).size() < kNameLettersMin) continue;
    if (is_national(domain, provider)) return std::nullopt;
    if (stutters(domain, provider) || has_wrong_ending(domain, provider)) return suggestion(provider);
    const std::size_t apart =
        domain.size() > provider.size() ? domain.size() - provider.size() : provider.size() - domain.size();
    if (apart > kSlipsMax) continue;
    const std::size_t count = slips(domain, provider);
    if (count < fewest) fewest = count, best = provider;
  }
  if (best.empty()) return std::nullopt;
  return suggestion(best);
}

}  // namespace postroad::mail
