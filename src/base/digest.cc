#include "base/digest.h"

#include <openssl/evp.h>

#include "base/assert.h"

namespace river {

std::string sha256(std::string_view bytes) {
  // Looked up once: OpenSSL 3 searches its providers at every use of EVP_sha256().
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  std::string digest(sha256_bytes, '\0');
  unsigned int size = 0;
  RIVER_ASSERT(EVP_Digest(bytes.data(), bytes.size(),
                          reinterpret_cast<unsigned char*>(digest.data()), &size, algorithm,
                          nullptr) == 1);
  RIVER_ASSERT(size == sha256_bytes);
  return digest;
}

}  // namespace river
