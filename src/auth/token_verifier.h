// TokenVerifier: token → Claims, or why not.
//
// In this order: size, form, key, signature, claims, time. Nothing of the claims is read before the
// signature holds.
//
//   kid of the token    keys that are tried
//   one that is known   those of that id
//   none, or unknown    all, in their order
//
// and of these only such as are for the token's `alg`.
//
// Owns: the keys. Thread: any; verifying changes nothing.
// Limits: limits::token_bytes_max, grants_max, user_bytes_max, info_bytes_max.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "auth/claims.h"
#include "auth/token_error.h"
#include "auth/verification_key.h"
#include "base/clock.h"

namespace river::auth {

struct TokenVerifierOptions {
  std::string issuer = {};    // `iss` must be this; empty: any
  std::string audience = {};  // `aud` must have this; empty: any
  // How far the clocks of those who sign may be off. None by default: a token ends when it says.
  seconds leeway = {};
};

class TokenVerifier {
 public:
  explicit TokenVerifier(std::vector<VerificationKey> keys, TokenVerifierOptions options = {});

  [[nodiscard]] std::expected<Claims, TokenFailure> verify(std::string_view token,
                                                           UnixSeconds now) const;

  // For how long after its `exp` a token still counts.
  [[nodiscard]] seconds leeway() const { return options_.leeway; }

 private:
  std::vector<VerificationKey> keys_;
  TokenVerifierOptions options_;
};

}  // namespace river::auth
