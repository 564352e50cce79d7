// JSON Web Key Sets (RFC 7517 §5), given as text: nothing is fetched here.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "auth/verification_key.h"

namespace river::auth {

// The keys of the set that River can verify with: RSA, EC on P-256 and Ed25519 for signatures.
// Others are passed over, as the RFC wants; a broken one of these kinds, or none at all, is an
// error, which is a sentence for the operator.
[[nodiscard]] std::expected<std::vector<VerificationKey>, std::string> load_json_web_keys(
    std::string_view json);

}  // namespace river::auth
