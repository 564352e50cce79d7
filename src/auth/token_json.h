// The JSON in and around tokens, read into plain values. A name that is read here and given twice
// is refused: two readers could take different ones for true.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/claims.h"
#include "base/clock.h"

namespace river::auth {

// The JOSE header. `typ` and `cty` mean nothing here; `jwk`, `jku`, `x5u` and `x5c` are never
// looked at, as a token does not choose its key.
struct TokenHeader {
  std::string algorithm;
  std::string key_id;  // empty: none
};

// An error is a sentence for the log. A header with `crit` is refused: River knows no extension.
[[nodiscard]] std::expected<TokenHeader, std::string> read_token_header(std::string_view json);

struct TokenClaims {
  Claims claims;
  std::optional<UnixSeconds> not_before;
  std::string issuer;
  std::vector<std::string> audiences;
};

// Times are NumericDates (RFC 7519 §2) from 0 to 2^53 - 1; fractions are rounded so that a token
// is never valid longer than it says.
[[nodiscard]] std::expected<TokenClaims, std::string> read_token_claims(std::string_view json);

// A JSON Web Key (RFC 7517 §4); what is absent, or not a string, is empty.
struct JsonWebKey {
  std::string type;       // kty
  std::string use;        // use
  std::string algorithm;  // alg
  std::string id;         // kid
  std::string curve;      // crv
  std::string modulus;    // n
  std::string exponent;   // e
  std::string x;
  std::string y;
};

[[nodiscard]] std::expected<std::vector<JsonWebKey>, std::string> read_json_web_keys(
    std::string_view json);

}  // namespace river::auth
