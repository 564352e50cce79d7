// SigningKey: a private key made for a test, which signs as a backend would.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/verification_key.h"

namespace river::auth {

class SigningKey {
 public:
  [[nodiscard]] static SigningKey rsa(unsigned bits = 2048);
  [[nodiscard]] static SigningKey ec(const char* curve = "P-256");
  [[nodiscard]] static SigningKey ed25519();

  [[nodiscard]] std::string public_pem() const;
  [[nodiscard]] std::string private_pem() const;

  // A number of the key ("n", "e", "qx", "qy") as a JWK shows it; `bytes` of it, 0: as it needs.
  [[nodiscard]] std::string number(const char* name, std::size_t bytes = 0) const;

  // The signature in OpenSSL's form, which is DER for EC, and in that of RFC 7518.
  [[nodiscard]] std::string sign_der(std::string_view text) const;
  [[nodiscard]] std::string sign(std::string_view text) const;

  [[nodiscard]] std::string token(std::string_view header, std::string_view payload) const;

 private:
  explicit SigningKey(evp_pkey_st* key) : key_(key) {}

  KeyHandle key_;
};

template <typename... Keys>
[[nodiscard]] std::vector<VerificationKey> key_list(Keys... keys) {
  std::vector<VerificationKey> list;
  (list.push_back(std::move(keys)), ...);
  return list;
}

}  // namespace river::auth
