#include "mail/dkim_public_key.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/assert.h"
#include "base/text.h"
#include "mail/digest.h"
#include "mail/tag_list.h"

namespace postroad::mail {
namespace {

auto refuse(std::string detail) {
  return fail_permanent(ErrorCode::kRejected, std::move(detail));
}

bool lists(const std::string* value, std::string_view wanted) {
  if (value == nullptr) return true;
  for (const std::string_view item : split(*value, ':')) {
    if (trim(item) == wanted || trim(item) == "*") return true;
  }
  return false;
}

/// SubjectPublicKeyInfo as the RFC says, or the bare RSAPublicKey some publish.
EVP_PKEY* rsa_key(const std::string& der) {
  const auto* from = reinterpret_cast<const unsigned char*>(der.data());
  if (EVP_PKEY* key = d2i_PUBKEY(nullptr, &from, static_cast<long>(der.size()))) return key;
  from = reinterpret_cast<const unsigned char*>(der.data());
  return d2i_PublicKey(EVP_PKEY_RSA, nullptr, &from, static_cast<long>(der.size()));
}

}  // namespace

Result<DkimPublicKey> DkimPublicKey::from_record(std::string_view record, int rsa_bits_min) {
  const auto tags = parse_tag_list(record);
  if (!tags) return refuse("key record is malformed");
  if (const auto* version = tags->find("v");
      version != nullptr && (*version != "DKIM1" || tags->tags[0].name != "v")) {
    return refuse("key record has an unknown version");
  }
  if (!lists(tags->find("s"), "email")) return refuse("key is not for mail");
  if (!lists(tags->find("h"), "sha256")) return refuse("key does not allow SHA-256");
  const auto* encoded = tags->find("p");
  if (encoded == nullptr) return refuse("key record has no key");
  if (encoded->empty()) return refuse("key is revoked");
  const auto der = base64_decode(*encoded);
  if (!der || der->size() > kPemBytesMax) return refuse("key is not base64");
  const auto* type = tags->find("k");
  EVP_PKEY* native = nullptr;
  auto algorithm = DkimAlgorithm::kRsaSha256;
  if (type != nullptr && *type == "ed25519") {
    algorithm = DkimAlgorithm::kEd25519Sha256;
    native = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr,
                                         reinterpret_cast<const unsigned char*>(der->data()), der->size());
  } else if (type == nullptr || *type == "rsa") {
    native = rsa_key(*der);
  } else {
    return refuse("key has an unknown type");
  }
  ERR_clear_error();
  if (native == nullptr) return refuse("key cannot be read");
  std::shared_ptr<EVP_PKEY> key(native, EVP_PKEY_free);
  if (algorithm == DkimAlgorithm::kRsaSha256) {
    const int bits = EVP_PKEY_get_bits(native);
    constexpr int kVerifiedBitsMax = 8192;  // more is only good for burning our time
    if (!EVP_PKEY_is_a(native, "RSA") || bits < rsa_bits_min || bits > kVerifiedBitsMax) {
      return refuse(fmt::format("key of {} bits", bits));
    }
  }
  DkimPublicKey out(std::move(key), algorithm);
  if (const auto* flags = tags->find("t")) {
    for (const std::string_view flag : split(*flags, ':'))
      out.strict_identity_ = out.strict_identity_ || trim(flag) == "s";
  }
  return out;
}

bool DkimPublicKey::verify(std::string_view data, std::string_view signature) const {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  PR_ASSERT(context != nullptr);
  const bool rsa = algorithm_ == DkimAlgorithm::kRsaSha256;
  std::string hashed;
  if (!rsa) {
    Digest digest;
    digest.update(data);
    hashed = digest.finish();
    data = hashed;
  }
  if (EVP_DigestVerifyInit(context.get(), nullptr, rsa ? sha256_method() : nullptr, nullptr, key_.get()) != 1)
    return false;
  const int verdict =
      EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                       signature.size(), reinterpret_cast<const unsigned char*>(data.data()), data.size());
  ERR_clear_error();
  return verdict == 1;
}

}  // namespace postroad::mail
