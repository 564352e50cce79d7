// Tokens from peers. The first byte says what the rest is:
//   0: a whole token, which must be refused unless it is signed
//   1: a payload, which is signed here, so that the claims are read
//   2: a header, which is signed here
//   3: a JWKS
//   4: a public key in PEM
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "auth/base64url.h"
#include "auth/json_web_keys.h"
#include "auth/token_json.h"
#include "auth/token_signer.h"
#include "auth/token_verifier.h"
#include "base/assert.h"
#include "base/limits.h"

namespace {

using river::auth::Claims;
using river::auth::decode_base64url;
using river::auth::load_json_web_keys;
using river::auth::read_token_header;
using river::auth::sign_token;
using river::auth::sign_token_text;
using river::auth::TokenRequest;
using river::auth::TokenVerifier;
using river::auth::VerificationKey;

constexpr std::string_view secret = "a secret for fuzzing, not for use";
constexpr river::UnixSeconds now = 1'700'000'000;

// RFC 8037, A.2
constexpr std::string_view public_keys = R"({"keys":[{"kty":"OKP","crv":"Ed25519","kid":"e",)"
                                         R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})";

const TokenVerifier& verifier() {
  static const TokenVerifier instance = [] {
    auto keys = load_json_web_keys(public_keys);
    auto key = VerificationKey::from_secret(secret, "s");
    RIVER_ASSERT(keys);
    RIVER_ASSERT(key);
    keys->push_back(std::move(*key));
    return TokenVerifier(std::move(*keys));
  }();
  return instance;
}

void check_claims(const Claims& claims) {
  RIVER_ASSERT(claims.user.size() <= river::limits::user_bytes_max);
  RIVER_ASSERT(claims.info.size() <= river::limits::info_bytes_max);
  RIVER_ASSERT(claims.grants.size() <= river::limits::grants_max);
  RIVER_ASSERT(claims.has_grants || claims.grants.empty());
  RIVER_ASSERT(!claims.expires || *claims.expires > now);
  // They can be signed again, and then say the same.
  TokenRequest request{.user = claims.user, .expires = claims.expires, .issued = claims.issued};
  if (claims.has_grants) request.grants = claims.grants;
  request.info = claims.info;
  const std::string token = sign_token(request, secret);
  if (token.size() > river::limits::token_bytes_max) return;
  const auto again = verifier().verify(token, now);
  RIVER_ASSERT(again);
  RIVER_ASSERT(again->user == claims.user);
  RIVER_ASSERT(again->grants == claims.grants);
  RIVER_ASSERT(again->info == claims.info);
}

void check_token(std::string_view token) {
  if (!verifier().verify(token, now)) return;
  const std::size_t dot = token.find('.');
  const std::size_t last_dot = token.rfind('.');
  const auto header = decode_base64url(token.substr(0, dot));
  const auto payload = decode_base64url(token.substr(dot + 1, last_dot - dot - 1));
  RIVER_ASSERT(header);
  RIVER_ASSERT(payload);
  RIVER_ASSERT(token == sign_token_text(*header, *payload, secret));
}

void check_payload(std::string_view payload) {
  const auto claims =
      verifier().verify(sign_token_text(R"({"alg":"HS256"})", payload, secret), now);
  if (claims) check_claims(*claims);
}

void check_header(std::string_view header) {
  const auto claims = verifier().verify(sign_token_text(header, "{}", secret), now);
  if (!claims) return;
  const auto parsed = read_token_header(header);
  RIVER_ASSERT(parsed);
  RIVER_ASSERT(parsed->algorithm == "HS256");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  switch (bytes[0] % 5) {
    case 0:
      check_token(input);
      break;
    case 1:
      check_payload(input);
      break;
    case 2:
      check_header(input);
      break;
    case 3:
      static_cast<void>(load_json_web_keys(input));
      break;
    default:
      static_cast<void>(VerificationKey::from_public_pem(input));
      break;
  }
  return 0;
}
