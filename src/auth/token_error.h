// Why a token is refused. For metrics and the log: a peer is told the same for all of them, so that
// nothing can be learned by trying.
#pragma once

#include <cstdint>
#include <string>

#include "base/metrics.h"

namespace river::auth {

enum class TokenError : std::uint8_t {
  malformed,        // not three parts of strict base64url, or the header is not one of a JWT
  unknown_key,      // `kid` names no key, and none of the others fits
  bad_signature,    // made with another key, or changed afterwards
  expired,          // `exp` has come
  not_yet_valid,    // `nbf` is still to come
  bad_claims,       // signed well, but the claims are not as docs/protocol.md says
  wrong_algorithm,  // `alg` is none of those that the keys are for
  too_large,        // over limits::token_bytes_max
};

struct TokenFailure {
  TokenError error = TokenError::malformed;
  std::string detail;  // for the log only; holds no part of the signature or the token's text
};

[[nodiscard]] AuthFailure to_auth_failure(TokenError error);

}  // namespace river::auth
