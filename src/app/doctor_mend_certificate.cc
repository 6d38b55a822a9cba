// A certificate that is signed by itself, made anew; the old one stays beside it.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "app/doctor_remedies.h"
#include "app/remote.h"
#include "app/replace_file.h"
#include "app/store_question.h"
#include "mail/date.h"
#include "net/certificate.h"
#include "net/tls_identity.h"

namespace postroad::app::doctor {
namespace {

namespace fs = std::filesystem;
constexpr int kOldOnesMax = 100;

/// A second name of the file: NAME.old, or the next that is free.
Result<std::string> keep_old(const std::string& path) {
  for (int number = 1; number <= kOldOnesMax; ++number) {
    const std::string old = number == 1 ? path + ".old" : fmt::format("{}.old{}", path, number);
    std::error_code error;
    fs::create_hard_link(path, old, error);
    if (!error) return old;
    if (error != std::errc::file_exists) {
      const bool rights = error == std::errc::permission_denied || error == std::errc::operation_not_permitted;
      return fail_permanent(rights ? ErrorCode::kUnauthorized : ErrorCode::kDiskFailed, fmt::format("{}: {}{}", old, error.message(), rights ? "; run it as root" : ""));
    }
  }
  return fail_permanent(ErrorCode::kConflict, fmt::format("{} has {} old ones beside it", path, kOldOnesMax));
}

std::string end_of(const net::CertificateFacts& facts) { return mail::format_date(facts.not_after); }

}  // namespace

Result<Mended> renew_certificate(const Remedy& remedy, const Surroundings& around) {
  const ServerOptions& options = around.options;
  std::error_code ignored;
  const std::string cert = fs::canonical(options.tls_cert, ignored).string(), key = fs::canonical(options.tls_key, ignored).string();
  if (cert.empty() || key.empty() || cert == key) return fail_permanent(ErrorCode::kConflict, "certificate and key stand in one file: make them anew by hand");
  ASSIGN_OR_RETURN(const std::string before_pem, read_whole_file(cert));
  ASSIGN_OR_RETURN(const net::CertificateFacts before, net::read_certificate(before_pem, options.hostname));
  if (!before.self_signed || before.chain != 0) return fail_permanent(ErrorCode::kConflict, remedy.subject + " is of an authority: it has to make the next one");
  ASSIGN_OR_RETURN(const net::TlsIdentity identity, net::make_self_signed({options.hostname}, around.clock, around.random));
  RETURN_IF_ERROR(net::ServerTls::from_identity(identity));
  ASSIGN_OR_RETURN(const net::CertificateFacts after, net::read_certificate(identity.certificate_pem, options.hostname));
  ASSIGN_OR_RETURN(const std::string old_cert, keep_old(cert));
  ASSIGN_OR_RETURN(const std::string old_key, keep_old(key));
  RETURN_IF_ERROR(replace_file(key, identity.key_pem));
  if (const Result<void> written = replace_file(cert, identity.certificate_pem); !written) {
    fs::rename(old_key, key, ignored);  // The two are one thing.
    return std::unexpected(written.error());
  }
  std::string taken = "; a server reads it when it starts";
  if (holder_of(options.data_dir) == Holder::kSomebody) {
    const Result<std::string> reloaded = ask_store(options.data_dir, "config_reload", {}, kStoreMax);
    taken = reloaded ? "; the server shows it" : "; the server has not taken it: " + reloaded.error().detail;
  }
  return Mended{{}, {}, fmt::format("{}{}", before.names_host ? "until " : fmt::format("not for {}, until ", options.hostname), end_of(before)),
                fmt::format("for {} until {}; the old one is {}{}", options.hostname, end_of(after), old_cert, taken)};
}

}  // namespace postroad::app::doctor
