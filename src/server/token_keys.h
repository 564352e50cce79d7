// The keys that tokens are checked with: `secrets`, then those of [[auth.keys]].
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "auth/token_verifier.h"
#include "auth/verification_key.h"
#include "server/config.h"
#include "server/secrets.h"

namespace river::server {

// Reads the files that the configuration names; an error is a sentence for the operator.
[[nodiscard]] std::expected<std::vector<auth::VerificationKey>, std::string> token_keys(
    const Config& config, const Secrets& secrets);

// What else the configuration says of tokens.
[[nodiscard]] auth::TokenVerifierOptions token_verifier_options(const Config& config);

}  // namespace river::server
