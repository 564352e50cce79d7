#include "auth/verification_key.h"

#include <array>
#include <utility>

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>

#include "auth/openssl.h"
#include "base/limits.h"

namespace river::auth {
namespace {

using BioHandle = OpensslHandle<BIO, BIO_free_all>;
using ContextHandle = OpensslHandle<EVP_MD_CTX, EVP_MD_CTX_free>;
using EcSignatureHandle = OpensslHandle<ECDSA_SIG, ECDSA_SIG_free>;

constexpr std::size_t hs256_bytes = 32;
constexpr std::size_t es256_bytes = 64;
constexpr int rsa_bits_min = 2048;  // RFC 7518 §3.3
constexpr int rsa_bits_max = 8192;  // above, a check takes too long

bool verify_hmac(EVP_MAC_CTX* hmac, std::string_view text, std::string_view signature) {
  const HmacHandle context(EVP_MAC_CTX_dup(hmac));
  std::array<unsigned char, hs256_bytes> expected{};
  std::size_t size = 0;
  return context != nullptr &&
         EVP_MAC_update(context.get(), unsigned_data(text), text.size()) == 1 &&
         EVP_MAC_final(context.get(), expected.data(), &size, expected.size()) == 1 &&
         size == expected.size() && signature.size() == expected.size() &&
         CRYPTO_memcmp(expected.data(), signature.data(), expected.size()) == 0;
}

// An HMAC that has taken in the secret.
HmacHandle begin_hmac(std::string_view secret) {
  const OpensslHandle<EVP_MAC, EVP_MAC_free> algorithm(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  if (algorithm == nullptr) return nullptr;
  HmacHandle hmac(EVP_MAC_CTX_new(algorithm.get()));
  std::string digest = "SHA256";
  const std::array<OSSL_PARAM, 2> parameters = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_end()};
  const bool begun = hmac != nullptr && EVP_MAC_init(hmac.get(), unsigned_data(secret),
                                                     secret.size(), parameters.data()) == 1;
  return begun ? std::move(hmac) : nullptr;
}

bool verify_public(EVP_PKEY* key, const EVP_MD* digest, std::string_view text,
                   std::string_view signature) {
  const ContextHandle context(EVP_MD_CTX_new());
  return context != nullptr &&
         EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), unsigned_data(signature), signature.size(),
                          unsigned_data(text), text.size()) == 1;
}

// JWT writes r and s one after the other, 32 bytes each; OpenSSL wants them in DER.
bool verify_es256(EVP_PKEY* key, std::string_view text, std::string_view signature) {
  if (signature.size() != es256_bytes) return false;
  const unsigned char* const bytes = unsigned_data(signature);
  const EcSignatureHandle parts(ECDSA_SIG_new());
  if (parts == nullptr) return false;
  BIGNUM* const r = BN_bin2bn(bytes, es256_bytes / 2, nullptr);
  BIGNUM* const s = BN_bin2bn(bytes + es256_bytes / 2, es256_bytes / 2, nullptr);
  if (r == nullptr || s == nullptr || ECDSA_SIG_set0(parts.get(), r, s) != 1) {
    BN_free(r);
    BN_free(s);
    return false;
  }
  std::array<unsigned char, 80> der{};  // 2 + 2 × (2 + 33) at most
  unsigned char* end = der.data();
  const int size = i2d_ECDSA_SIG(parts.get(), &end);
  if (size <= 0) return false;
  const std::string signature_der(der.begin(), der.begin() + size);
  return verify_public(key, EVP_sha256(), text, signature_der);
}

std::expected<Algorithm, std::string> algorithm_for(EVP_PKEY* key) {
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA: {
      const int bits = EVP_PKEY_get_bits(key);
      if (bits >= rsa_bits_min && bits <= rsa_bits_max) return Algorithm::rs256;
      return std::unexpected(fmt::format("an RSA key must have {} to {} bits, this one has {}",
                                         rsa_bits_min, rsa_bits_max, bits));
    }
    case EVP_PKEY_EC: {
      std::array<char, 32> group{};
      EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr);
      const std::string_view name(group.data());
      if (name == "prime256v1" || name == "P-256") return Algorithm::es256;
      return std::unexpected(fmt::format("an EC key must be on P-256, this one is on {}", name));
    }
    case EVP_PKEY_ED25519:
      return Algorithm::eddsa;
    default:
      return std::unexpected("a public key must be RSA, EC on P-256, or Ed25519");
  }
}

}  // namespace

std::string_view algorithm_name(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::hs256:
      return "HS256";
    case Algorithm::rs256:
      return "RS256";
    case Algorithm::es256:
      return "ES256";
    case Algorithm::eddsa:
      return "EdDSA";
  }
  return {};
}

void KeyDeleter::operator()(evp_pkey_st* key) const {
  EVP_PKEY_free(key);
}

void HmacDeleter::operator()(evp_mac_ctx_st* hmac) const {
  EVP_MAC_CTX_free(hmac);
}

std::expected<VerificationKey, std::string> VerificationKey::from_secret(std::string_view secret,
                                                                         std::string id) {
  const ErrorQueueGuard guard;
  if (secret.size() < limits::token_secret_bytes_min) {
    return std::unexpected(
        fmt::format("a JWT secret must have at least {} bytes, this one has {}; make one with: "
                    "openssl rand -hex 32",
                    limits::token_secret_bytes_min, secret.size()));
  }
  if (secret.starts_with("-----BEGIN")) {
    return std::unexpected("this is a PEM key, not a secret; configure it as a public key");
  }
  HmacHandle hmac = begin_hmac(secret);
  if (hmac == nullptr) return std::unexpected("OpenSSL can't load the secret");
  VerificationKey result(Algorithm::hs256, nullptr, std::move(id));
  result.hmac_ = std::move(hmac);
  return result;
}

std::expected<VerificationKey, std::string> VerificationKey::from_public_pem(std::string_view pem,
                                                                             std::string id) {
  const ErrorQueueGuard guard;
  if (pem.find("PRIVATE KEY-----") != std::string_view::npos) {
    return std::unexpected(
        "this is a private key, which River must not have; take the public one from it with: "
        "openssl pkey -in KEY -pubout");
  }
  const BioHandle bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  KeyHandle key(bio == nullptr ? nullptr
                               : PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
  if (key == nullptr) {
    return std::unexpected(
        "this is not a public key in PEM; it must start with -----BEGIN PUBLIC KEY-----");
  }
  return from_public_key(std::move(key), std::move(id));
}

std::expected<VerificationKey, std::string> VerificationKey::from_public_key(KeyHandle key,
                                                                             std::string id) {
  const auto algorithm = algorithm_for(key.get());
  if (!algorithm) return std::unexpected(algorithm.error());
  return VerificationKey(*algorithm, std::move(key), std::move(id));
}

bool VerificationKey::verify(std::string_view text, std::string_view signature) const {
  const ErrorQueueGuard guard;
  switch (algorithm_) {
    case Algorithm::hs256:
      return verify_hmac(hmac_.get(), text, signature);
    case Algorithm::rs256:
      return verify_public(key_.get(), EVP_sha256(), text, signature);
    case Algorithm::es256:
      return verify_es256(key_.get(), text, signature);
    case Algorithm::eddsa:
      return verify_public(key_.get(), nullptr, text, signature);
  }
  return false;
}

}  // namespace river::auth
