#include "net/certificate.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <memory>
#include <vector>

#include "net/tls.h"

namespace postroad::net {
namespace {

template <auto Free>
struct Freed {
  void operator()(auto* thing) const { Free(thing); }
};
using BioPtr = std::unique_ptr<BIO, Freed<BIO_free>>;
using CertificatePtr = std::unique_ptr<X509, Freed<X509_free>>;

bool is_signed_by(X509* certificate, X509* issuer) {
  return X509_check_issued(issuer, certificate) == X509_V_OK && X509_verify(certificate, X509_get0_pubkey(issuer)) == 1;
}

}  // namespace

Result<CertificateFacts> read_certificate(const std::string& pem, const std::string& hostname) {
  const BioPtr reader(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  std::vector<CertificatePtr> all;
  while (all.size() <= kChainMax) {
    CertificatePtr one(PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr));
    if (one == nullptr) break;
    all.push_back(std::move(one));
  }
  const std::string why = take_openssl_error();  // The end of the file is one, too.
  if (all.empty()) return fail_permanent(ErrorCode::kInvalidArgument, "no certificate: " + why);
  CertificateFacts facts;
  X509* const leaf = all.front().get();
  std::tm end{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(leaf), &end) == 1) facts.not_after = std::chrono::sys_seconds(std::chrono::seconds(timegm(&end)));
  facts.names_host = X509_check_host(leaf, hostname.data(), hostname.size(), 0, nullptr) == 1;
  facts.self_signed = is_signed_by(leaf, leaf);
  facts.chain = all.size() - 1;
  for (std::size_t i = 0; i + 1 < all.size(); ++i) facts.chain_holds = facts.chain_holds && is_signed_by(all[i].get(), all[i + 1].get());
  return facts;
}

}  // namespace postroad::net
