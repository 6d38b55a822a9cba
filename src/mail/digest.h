#pragma once
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;
struct evp_md_st;

namespace postroad::mail {

/// The fetched SHA-256 and SHA-1 of OpenSSL: fetching per use costs more than hashing a header.
const evp_md_st* sha256_method();
const evp_md_st* sha1_method();

/// A running hash.
class Digest {
 public:
  explicit Digest(const evp_md_st* method = sha256_method());
  void update(std::string_view bytes);
  /// The raw digest; the object is spent.
  std::string finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace postroad::mail
