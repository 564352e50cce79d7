#include "auth/json_web_keys.h"

#include <optional>
#include <utility>

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "auth/base64url.h"
#include "auth/openssl.h"
#include "auth/token_json.h"

namespace river::auth {
namespace {

using BuilderHandle = OpensslHandle<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using ParametersHandle = OpensslHandle<OSSL_PARAM, OSSL_PARAM_free>;
using ContextHandle = OpensslHandle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using NumberHandle = OpensslHandle<BIGNUM, BN_free>;

constexpr std::size_t coordinate_bytes = 32;  // P-256 and Ed25519
constexpr std::size_t modulus_bytes_max = 1024;

// The algorithm that a key of this kind is used for; none if River can't use it.
std::optional<Algorithm> algorithm_of(const JsonWebKey& key) {
  std::optional<Algorithm> algorithm;
  if (key.type == "RSA") algorithm = Algorithm::rs256;
  if (key.type == "EC" && key.curve == "P-256") algorithm = Algorithm::es256;
  if (key.type == "OKP" && key.curve == "Ed25519") algorithm = Algorithm::eddsa;
  if (!algorithm || (!key.use.empty() && key.use != "sig")) return std::nullopt;
  if (!key.algorithm.empty() && key.algorithm != algorithm_name(*algorithm)) return std::nullopt;
  return algorithm;
}

KeyHandle build_key(const char* kind, OSSL_PARAM_BLD* builder) {
  const ParametersHandle parameters(OSSL_PARAM_BLD_to_param(builder));
  const ContextHandle context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  EVP_PKEY* key = nullptr;
  if (parameters == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return nullptr;
  }
  return KeyHandle(key);
}

NumberHandle number_of(std::string_view bytes) {
  return NumberHandle(BN_bin2bn(unsigned_data(bytes), static_cast<int>(bytes.size()), nullptr));
}

KeyHandle build_rsa(const JsonWebKey& key) {
  const auto modulus = decode_base64url(key.modulus);
  const auto exponent = decode_base64url(key.exponent);
  if (!modulus || !exponent || modulus->empty() || exponent->empty() ||
      modulus->size() > modulus_bytes_max || exponent->size() > sizeof(std::uint64_t)) {
    return nullptr;
  }
  const NumberHandle n = number_of(*modulus);
  const NumberHandle e = number_of(*exponent);
  const BuilderHandle builder(OSSL_PARAM_BLD_new());
  if (n == nullptr || e == nullptr || builder == nullptr ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return nullptr;
  }
  return build_key("RSA", builder.get());
}

// Loading checks that the point is on the curve.
KeyHandle build_p256(const JsonWebKey& key) {
  const auto x = decode_base64url(key.x);
  const auto y = decode_base64url(key.y);
  if (!x || !y || x->size() != coordinate_bytes || y->size() != coordinate_bytes) return nullptr;
  const std::string point = "\x04" + *x + *y;  // SEC 1 §2.3.3, uncompressed
  const BuilderHandle builder(OSSL_PARAM_BLD_new());
  if (builder == nullptr ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) !=
          1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1) {
    return nullptr;
  }
  return build_key("EC", builder.get());
}

KeyHandle build_ed25519(const JsonWebKey& key) {
  const auto x = decode_base64url(key.x);
  if (!x || x->size() != coordinate_bytes) return nullptr;
  return KeyHandle(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, unsigned_data(*x), x->size()));
}

KeyHandle build(Algorithm algorithm, const JsonWebKey& key) {
  switch (algorithm) {
    case Algorithm::rs256:
      return build_rsa(key);
    case Algorithm::es256:
      return build_p256(key);
    case Algorithm::eddsa:
      return build_ed25519(key);
    case Algorithm::hs256:
      break;  // a secret has no place in a public set
  }
  return nullptr;
}

}  // namespace

std::expected<std::vector<VerificationKey>, std::string> load_json_web_keys(std::string_view json) {
  const ErrorQueueGuard guard;
  const auto set = read_json_web_keys(json);
  if (!set) return std::unexpected(fmt::format("the JWKS can't be used: {}", set.error()));
  std::vector<VerificationKey> keys;
  for (const JsonWebKey& key : *set) {
    const auto algorithm = algorithm_of(key);
    if (!algorithm) continue;
    KeyHandle handle = build(*algorithm, key);
    if (handle == nullptr) {
      return std::unexpected(fmt::format("the {} key \"{}\" of the JWKS is broken",
                                         algorithm_name(*algorithm), key.id));
    }
    auto loaded = VerificationKey::from_public_key(std::move(handle), key.id);
    if (!loaded) {
      return std::unexpected(
          fmt::format("the key \"{}\" of the JWKS can't be used: {}", key.id, loaded.error()));
    }
    keys.push_back(std::move(*loaded));
  }
  if (!keys.empty()) return keys;
  return std::unexpected(
      "the JWKS has no key that can be used; River takes RSA, EC P-256 and Ed25519 with use "
      "\"sig\"");
}

}  // namespace river::auth
