#include "auth/token_error.h"

namespace river::auth {

AuthFailure to_auth_failure(TokenError error) {
  switch (error) {
    case TokenError::malformed:
      return AuthFailure::malformed;
    case TokenError::unknown_key:
      return AuthFailure::unknown_key;
    case TokenError::bad_signature:
      return AuthFailure::bad_signature;
    case TokenError::expired:
      return AuthFailure::expired;
    case TokenError::not_yet_valid:
      return AuthFailure::not_yet_valid;
    case TokenError::bad_claims:
      return AuthFailure::bad_claims;
    case TokenError::wrong_algorithm:
      return AuthFailure::wrong_algorithm;
    case TokenError::too_large:
      return AuthFailure::too_large;
  }
  return AuthFailure::malformed;
}

}  // namespace river::auth
