// VerificationKey: a key that tokens may be signed with, and the one algorithm that it is for. A
// token's `alg` never chooses how a key is used.
//
// Owns: the key, which OpenSSL wipes from memory when it is freed.
// Thread: any; verifying changes nothing.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

struct evp_pkey_st;     // OpenSSL's EVP_PKEY
struct evp_mac_ctx_st;  // and EVP_MAC_CTX

namespace river::auth {

enum class Algorithm : std::uint8_t { hs256, rs256, es256, eddsa };

// As in `alg` (RFC 7518 §3.1, RFC 8037 §3.1).
[[nodiscard]] std::string_view algorithm_name(Algorithm algorithm);

struct KeyDeleter {
  void operator()(evp_pkey_st* key) const;
};
using KeyHandle = std::unique_ptr<evp_pkey_st, KeyDeleter>;

struct HmacDeleter {
  void operator()(evp_mac_ctx_st* hmac) const;
};
using HmacHandle = std::unique_ptr<evp_mac_ctx_st, HmacDeleter>;

class VerificationKey {
 public:
  // `id` is matched with `kid`; empty: none. An error is a sentence for the operator, without any
  // part of the key.

  // HS256; at least limits::token_secret_bytes_min bytes.
  [[nodiscard]] static std::expected<VerificationKey, std::string> from_secret(
      std::string_view secret, std::string id = {});

  // A "-----BEGIN PUBLIC KEY-----": RSA of 2048 to 8192 bits (RS256), EC P-256 (ES256) or Ed25519
  // (EdDSA).
  [[nodiscard]] static std::expected<VerificationKey, std::string> from_public_pem(
      std::string_view pem, std::string id = {});

  // A public key as above that is loaded already.
  [[nodiscard]] static std::expected<VerificationKey, std::string> from_public_key(
      KeyHandle key, std::string id = {});

  [[nodiscard]] Algorithm algorithm() const { return algorithm_; }
  [[nodiscard]] const std::string& id() const { return id_; }

  // Whether `signature`, in the form of RFC 7518, is this key's for `text`.
  [[nodiscard]] bool verify(std::string_view text, std::string_view signature) const;

 private:
  VerificationKey(Algorithm algorithm, KeyHandle key, std::string id)
      : algorithm_(algorithm), key_(std::move(key)), id_(std::move(id)) {}

  Algorithm algorithm_;
  KeyHandle key_;  // null for HS256
  // HS256: an HMAC that has taken in the key and is copied for each token. To make one anew,
  // OpenSSL 3 searches its providers, which takes several times as long as the HMAC.
  HmacHandle hmac_;
  std::string id_;
};

}  // namespace river::auth
