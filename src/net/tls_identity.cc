#include "net/tls_identity.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <iterator>

#include "base/assert.h"

namespace postroad::net {
namespace {

constexpr std::chrono::hours kRenewBefore{24 * 30};

template <auto Free>
struct Freed {
  void operator()(auto* thing) const { Free(thing); }
};
using BioPtr = std::unique_ptr<BIO, Freed<BIO_free>>;
using CertificatePtr = std::unique_ptr<X509, Freed<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using NumberPtr = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;

struct Authority {
  CertificatePtr certificate;
  KeyPtr key;
};

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string to_pem(X509* certificate) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  PR_ASSERT(PEM_write_bio_X509(bio.get(), certificate) == 1);
  return text_of(bio.get());
}

std::string to_pem(EVP_PKEY* key) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  PR_ASSERT(PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return text_of(bio.get());
}

void add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  PR_ASSERT(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1);
}

/// Not yet signed, valid from an hour ago (clocks differ) for `life`.
CertificatePtr make_certificate(EVP_PKEY* key, const std::string& common_name, std::chrono::hours life,
                                const Clock& clock, Random& random) {
  CertificatePtr certificate(X509_new());
  std::uint8_t serial[16];
  random.fill(serial);
  serial[0] = static_cast<std::uint8_t>((serial[0] & 0x7f) | 0x40);
  const NumberPtr number(BN_bin2bn(serial, sizeof serial, nullptr));
  PR_ASSERT(X509_set_version(certificate.get(), X509_VERSION_3) == 1);
  PR_ASSERT(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate.get())) != nullptr);
  const auto now = std::chrono::floor<std::chrono::seconds>(clock.wall());
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()), (now - std::chrono::hours{1}).time_since_epoch().count());
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), (now + life).time_since_epoch().count());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0);
  PR_ASSERT(X509_set_pubkey(certificate.get(), key) == 1);
  return certificate;
}

bool is_safe_name(const std::string& name) {
  return !name.empty() && name.size() <= 253 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:_*") == std::string::npos;
}

Result<std::string> alternative_names(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) {
    if (!is_safe_name(name)) {
      return fail_permanent(ErrorCode::kInvalidArgument, fmt::format("'{}' cannot stand in a certificate", name));
    }
    unsigned char bytes[16];
    const bool numeric = inet_pton(AF_INET, name.c_str(), bytes) == 1 || inet_pton(AF_INET6, name.c_str(), bytes) == 1;
    list += fmt::format("{}{}:{}", list.empty() ? "" : ",", numeric ? "IP" : "DNS", name);
  }
  return list;
}

/// `authority` null: signed by its own key.
Result<TlsIdentity> make_leaf(const std::vector<std::string>& names, const Authority* authority, const Clock& clock,
                              Random& random) {
  PR_ASSERT(!names.empty());
  ASSIGN_OR_RETURN(const std::string alternatives, alternative_names(names));
  const KeyPtr key(EVP_EC_gen("P-256"));
  const CertificatePtr leaf = make_certificate(key.get(), names.front().substr(0, 64), kLeafLife, clock, random);
  X509* issuer = authority != nullptr ? authority->certificate.get() : leaf.get();
  PR_ASSERT(X509_set_issuer_name(leaf.get(), X509_get_subject_name(issuer)) == 1);
  add_extension(leaf.get(), issuer, NID_basic_constraints, "critical,CA:FALSE");
  add_extension(leaf.get(), issuer, NID_key_usage, "critical,digitalSignature");
  add_extension(leaf.get(), issuer, NID_ext_key_usage, "serverAuth,clientAuth");
  add_extension(leaf.get(), issuer, NID_subject_alt_name, alternatives);
  PR_ASSERT(X509_sign(leaf.get(), authority != nullptr ? authority->key.get() : key.get(), EVP_sha256()) > 0);
  return TlsIdentity{to_pem(leaf.get()), to_pem(key.get())};
}

Authority make_authority(const Clock& clock, Random& random) {
  KeyPtr key(EVP_EC_gen("P-256"));
  CertificatePtr certificate = make_certificate(key.get(), "postroad development authority", kAuthorityLife, clock, random);
  PR_ASSERT(X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get())) == 1);
  add_extension(certificate.get(), certificate.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  add_extension(certificate.get(), certificate.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(certificate.get(), certificate.get(), NID_subject_key_identifier, "hash");
  PR_ASSERT(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
  return {std::move(certificate), std::move(key)};
}

std::string read_all(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Complete or not there: written beside, synced, renamed.
Result<void> write_all(const std::string& path, const std::string& content, mode_t mode) {
  const std::string beside = path + ".new";
  const int file = open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  bool good = file >= 0 && write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size());
  good = good && fsync(file) == 0;
  if (file >= 0) close(file);
  if (!good || rename(beside.c_str(), path.c_str()) != 0) {
    return fail_permanent(ErrorCode::kDiskFailed, fmt::format("{}: cannot be written: {}", path, std::strerror(errno)));
  }
  return {};
}

bool ends_within(X509* certificate, std::chrono::hours margin, const Clock& clock) {
  std::time_t limit = std::chrono::floor<std::chrono::seconds>(clock.wall() + margin).time_since_epoch().count();
  return X509_cmp_time(X509_get0_notAfter(certificate), &limit) < 0;
}

Result<Authority> load_or_make_authority(const std::string& directory, const Clock& clock, Random& random) {
  const std::string certificate_path = directory + "/dev-ca.pem";
  const std::string key_path = directory + "/dev-ca.key";
  const std::string certificate_pem = read_all(certificate_path);
  const std::string key_pem = read_all(key_path);
  if (!certificate_pem.empty() && !key_pem.empty()) {
    const BioPtr certificate_bio(BIO_new_mem_buf(certificate_pem.data(), static_cast<int>(certificate_pem.size())));
    const BioPtr key_bio(BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size())));
    Authority found{CertificatePtr(PEM_read_bio_X509(certificate_bio.get(), nullptr, nullptr, nullptr)),
                    KeyPtr(PEM_read_bio_PrivateKey(key_bio.get(), nullptr, nullptr, nullptr))};
    if (!found.certificate || !found.key || X509_check_private_key(found.certificate.get(), found.key.get()) != 1) {
      return fail_permanent(ErrorCode::kInvalidArgument,
                            fmt::format("{} and {} are not a certificate and its key; remove both to have new ones made",
                                        certificate_path, key_path));
    }
    if (!ends_within(found.certificate.get(), kRenewBefore, clock)) return found;
  }
  Authority made = make_authority(clock, random);
  RETURN_IF_ERROR(write_all(key_path, to_pem(made.key.get()), 0600));
  RETURN_IF_ERROR(write_all(certificate_path, to_pem(made.certificate.get()), 0644));
  return made;
}

}  // namespace

Result<TlsIdentity> make_self_signed(const std::vector<std::string>& names, const Clock& clock, Random& random) {
  return make_leaf(names, nullptr, clock, random);
}

Result<TlsIdentity> dev_identity(const std::string& directory, const std::vector<std::string>& names,
                                 const Clock& clock, Random& random) {
  ASSIGN_OR_RETURN(const Authority authority, load_or_make_authority(directory, clock, random));
  std::vector<std::string> all = names;
  for (const char* const here : {"localhost", "127.0.0.1", "::1"}) all.emplace_back(here);
  ASSIGN_OR_RETURN(TlsIdentity identity, make_leaf(all, &authority, clock, random));
  identity.certificate_pem += to_pem(authority.certificate.get());
  return identity;
}

}  // namespace postroad::net
