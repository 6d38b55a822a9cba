#include "mail/digest.h"

#include <openssl/evp.h>

#include "base/assert.h"

namespace postroad::mail {

const EVP_MD* sha256_method() {
  static const EVP_MD* const kMethod = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  PR_ASSERT(kMethod != nullptr);
  return kMethod;
}

const EVP_MD* sha1_method() {
  static const EVP_MD* const kMethod = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  PR_ASSERT(kMethod != nullptr);
  return kMethod;
}

void Digest::Free::operator()(EVP_MD_CTX* context) const {
  EVP_MD_CTX_free(context);
}

Digest::Digest(const EVP_MD* method) : context_(EVP_MD_CTX_new()) {
  PR_ASSERT(context_ != nullptr && EVP_DigestInit_ex2(context_.get(), method, nullptr) == 1);
}

void Digest::update(std::string_view bytes) {
  PR_ASSERT(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

std::string Digest::finish() {
  unsigned char raw[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  PR_ASSERT(EVP_DigestFinal_ex(context_.get(), raw, &length) == 1);
  return {reinterpret_cast<const char*>(raw), length};
}

}  // namespace postroad::mail
