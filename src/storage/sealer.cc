#include "storage/sealer.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <cstring>

#include "base/assert.h"

namespace postroad::storage {
namespace {

const unsigned char* octets(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

int size_for_openssl(std::size_t size) {
  PR_ASSERT(size <= INT32_MAX);
  return static_cast<int>(size);
}

}  // namespace

void Sealer::ContextDeleter::operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }

Sealer::Sealer(const SealKey& key, Random& random) : key_(key), random_(random), nonce_prefix_(random.number()) {}

Sealer::~Sealer() { OPENSSL_cleanse(key_.data(), key_.size()); }

SealNonce Sealer::next_nonce() {
  const std::lock_guard lock(mutex_);
  if (++nonce_counter_ == 0) nonce_prefix_ = random_.number();
  SealNonce nonce;
  std::memcpy(nonce.data(), &nonce_prefix_, sizeof nonce_prefix_);
  std::memcpy(nonce.data() + sizeof nonce_prefix_, &nonce_counter_, sizeof nonce_counter_);
  return nonce;
}

SealTag Sealer::seal(const SealNonce& nonce, std::string_view associated, std::string_view plain, char* out) {
  Context context = take(sealing_, true);
  auto* written = reinterpret_cast<unsigned char*>(out);
  int size = 0;
  SealTag tag;
  PR_ASSERT(EVP_EncryptInit_ex2(context.get(), nullptr, nullptr, nonce.data(), nullptr) == 1);
  PR_ASSERT(EVP_EncryptUpdate(context.get(), nullptr, &size, octets(associated), size_for_openssl(associated.size())) == 1);
  if (!plain.empty()) {
    PR_ASSERT(EVP_EncryptUpdate(context.get(), written, &size, octets(plain), size_for_openssl(plain.size())) == 1);
    PR_ASSERT(static_cast<std::size_t>(size) == plain.size());
  }
  PR_ASSERT(EVP_EncryptFinal_ex(context.get(), written, &size) == 1);
  PR_ASSERT(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, tag.size(), tag.data()) == 1);
  put_back(sealing_, std::move(context));
  return tag;
}

bool Sealer::open(const SealNonce& nonce, const SealTag& tag, std::string_view associated, std::span<char> bytes) {
  Context context = take(opening_, false);
  auto* data = reinterpret_cast<unsigned char*>(bytes.data());
  int size = 0;
  SealTag expected = tag;
  PR_ASSERT(EVP_DecryptInit_ex2(context.get(), nullptr, nullptr, nonce.data(), nullptr) == 1);
  PR_ASSERT(EVP_DecryptUpdate(context.get(), nullptr, &size, octets(associated), size_for_openssl(associated.size())) == 1);
  if (!bytes.empty()) {
    PR_ASSERT(EVP_DecryptUpdate(context.get(), data, &size, data, size_for_openssl(bytes.size())) == 1);
  }
  PR_ASSERT(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, expected.size(), expected.data()) == 1);
  unsigned char none[16];
  const bool holds = EVP_DecryptFinal_ex(context.get(), none, &size) == 1;
  put_back(opening_, std::move(context));
  return holds;
}

Sealer::Context Sealer::take(std::vector<Context>& idle, bool sealing) {
  {
    const std::lock_guard lock(mutex_);
    if (!idle.empty()) {
      Context context = std::move(idle.back());
      idle.pop_back();
      return context;
    }
  }
  Context context(EVP_CIPHER_CTX_new());
  PR_ASSERT(context != nullptr);
  const auto init = sealing ? EVP_EncryptInit_ex2 : EVP_DecryptInit_ex2;
  PR_ASSERT(init(context.get(), EVP_aes_256_gcm(), key_.data(), nullptr, nullptr) == 1);
  return context;
}

void Sealer::put_back(std::vector<Context>& idle, Context context) {
  const std::lock_guard lock(mutex_);
  if (idle.size() < kIdleContextsMax) idle.push_back(std::move(context));
}

}  // namespace postroad::storage
