// Makes tokens: for `river token`, the built-in page and tests. Backends make their own.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/claims.h"
#include "base/clock.h"

namespace river::auth {

struct TokenRequest {
  std::string user = {};  // empty: anonymous
  std::optional<UnixSeconds> expires = {};
  std::optional<UnixSeconds> issued = {};
  std::optional<UnixSeconds> not_before = {};
  std::optional<std::vector<Grant>> grants = {};  // none: public channels only
  std::string info = {};                          // valid JSON; empty: none
  std::string key_id = {};                        // empty: none
  std::string issuer = {};                        // `iss`; empty: none
  std::string audience = {};                      // `aud`; empty: none
};

// HS256. Checks nothing: whether River would take the token, TokenVerifier says.
[[nodiscard]] std::string sign_token(const TokenRequest& request, std::string_view secret);

// The same for a header and a payload that are JSON already.
[[nodiscard]] std::string sign_token_text(std::string_view header_json,
                                          std::string_view payload_json, std::string_view secret);

}  // namespace river::auth
