#include "auth/signing_key_test.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "auth/base64url.h"
#include "auth/openssl.h"

namespace river::auth {
namespace {

constexpr std::size_t coordinate_bytes = 32;

unsigned char* writable(std::string& bytes) {
  return static_cast<unsigned char*>(static_cast<void*>(bytes.data()));
}

std::string padded(const BIGNUM* number, std::size_t bytes) {
  std::string text(bytes, '\0');
  BN_bn2binpad(number, writable(text), static_cast<int>(bytes));
  return text;
}

template <typename Write>
std::string pem(Write write) {
  const OpensslHandle<BIO, BIO_free_all> bio(BIO_new(BIO_s_mem()));
  write(bio.get());
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

}  // namespace

SigningKey SigningKey::rsa(unsigned bits) {
  return SigningKey(EVP_RSA_gen(bits));
}

SigningKey SigningKey::ec(const char* curve) {
  return SigningKey(EVP_EC_gen(curve));
}

SigningKey SigningKey::ed25519() {
  return SigningKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
}

std::string SigningKey::public_pem() const {
  return pem([this](BIO* bio) { PEM_write_bio_PUBKEY(bio, key_.get()); });
}

std::string SigningKey::private_pem() const {
  return pem([this](BIO* bio) {
    PEM_write_bio_PrivateKey(bio, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
}

std::string SigningKey::number(const char* name, std::size_t bytes) const {
  BIGNUM* value = nullptr;
  EVP_PKEY_get_bn_param(key_.get(), name, &value);
  const OpensslHandle<BIGNUM, BN_free> owner(value);
  return encode_base64url(
      padded(value, bytes == 0 ? static_cast<std::size_t>(BN_num_bytes(value)) : bytes));
}

std::string SigningKey::sign_der(std::string_view text) const {
  const bool digests_itself = EVP_PKEY_get_base_id(key_.get()) == EVP_PKEY_ED25519;
  const EVP_MD* const digest = digests_itself ? nullptr : EVP_sha256();
  const OpensslHandle<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key_.get());
  std::size_t size = 0;
  EVP_DigestSign(context.get(), nullptr, &size, unsigned_data(text), text.size());
  std::string signature(size, '\0');
  EVP_DigestSign(context.get(), writable(signature), &size, unsigned_data(text), text.size());
  signature.resize(size);
  return signature;
}

std::string SigningKey::sign(std::string_view text) const {
  std::string der = sign_der(text);
  if (EVP_PKEY_get_base_id(key_.get()) != EVP_PKEY_EC) return der;
  const unsigned char* at = unsigned_data(der);
  const OpensslHandle<ECDSA_SIG, ECDSA_SIG_free> parts(
      d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  return padded(ECDSA_SIG_get0_r(parts.get()), coordinate_bytes) +
         padded(ECDSA_SIG_get0_s(parts.get()), coordinate_bytes);
}

std::string SigningKey::token(std::string_view header, std::string_view payload) const {
  const std::string text = encode_base64url(header) + "." + encode_base64url(payload);
  return text + "." + encode_base64url(sign(text));
}

}  // namespace river::auth
