// Keys made by OpenSSL for the tests of this room, which sign tokens as a backend would.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "auth/base64url.h"
#include "auth/openssl.h"
#include "auth/verification_key.h"

namespace river::auth {

class TestKey {
 public:
  static TestKey rsa(unsigned bits = 2048) { return TestKey(EVP_RSA_gen(bits), EVP_sha256()); }
  static TestKey ec(const char* curve = "P-256") {
    return TestKey(EVP_EC_gen(curve), EVP_sha256());
  }
  static TestKey ed25519() {
    return TestKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), nullptr);
  }

  [[nodiscard]] std::string public_pem() const {
    return pem([this](BIO* bio) { PEM_write_bio_PUBKEY(bio, key_.get()); });
  }
  [[nodiscard]] std::string private_pem() const {
    return pem([this](BIO* bio) {
      PEM_write_bio_PrivateKey(bio, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
  }

  // One number of the key ("n", "e", "qx", "qy"), as a JWK shows it.
  [[nodiscard]] std::string number(const char* name, std::size_t bytes = 0) const {
    BIGNUM* value = nullptr;
    EVP_PKEY_get_bn_param(key_.get(), name, &value);
    const OpensslHandle<BIGNUM, BN_free> owner(value);
    std::string text(bytes == 0 ? static_cast<std::size_t>(BN_num_bytes(value)) : bytes, '\0');
    BN_bn2binpad(value, reinterpret_cast<unsigned char*>(text.data()),
                 static_cast<int>(text.size()));
    return encode_base64url(text);
  }

  // The signature in OpenSSL's form: DER for EC.
  [[nodiscard]] std::string sign_der(std::string_view text) const {
    const OpensslHandle<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
    EVP_DigestSignInit(context.get(), nullptr, digest_, nullptr, key_.get());
    std::size_t size = 0;
    EVP_DigestSign(context.get(), nullptr, &size, unsigned_data(text), text.size());
    std::string signature(size, '\0');
    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                   unsigned_data(text), text.size());
    signature.resize(size);
    return signature;
  }

  // The signature in the form of RFC 7518.
  [[nodiscard]] std::string sign(std::string_view text) const {
    std::string der = sign_der(text);
    if (EVP_PKEY_get_base_id(key_.get()) != EVP_PKEY_EC) return der;
    const unsigned char* at = unsigned_data(der);
    const OpensslHandle<ECDSA_SIG, ECDSA_SIG_free> parts(
        d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
    std::string both(64, '\0');
    auto* const bytes = reinterpret_cast<unsigned char*>(both.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(parts.get()), bytes, 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(parts.get()), bytes + 32, 32);
    return both;
  }

  [[nodiscard]] std::string token(std::string_view header, std::string_view payload) const {
    const std::string text = encode_base64url(header) + "." + encode_base64url(payload);
    return text + "." + encode_base64url(sign(text));
  }

 private:
  TestKey(EVP_PKEY* key, const EVP_MD* digest) : key_(key), digest_(digest) {}

  template <typename Write>
  static std::string pem(Write write) {
    const OpensslHandle<BIO, BIO_free_all> bio(BIO_new(BIO_s_mem()));
    write(bio.get());
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return std::string(text, static_cast<std::size_t>(size));
  }

  KeyHandle key_;
  const EVP_MD* digest_;
};

template <typename... Keys>
std::vector<VerificationKey> key_list(Keys... keys) {
  std::vector<VerificationKey> list;
  (list.push_back(std::move(keys)), ...);
  return list;
}

}  // namespace river::auth
