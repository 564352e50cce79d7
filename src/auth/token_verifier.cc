#include "auth/token_verifier.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "auth/base64url.h"
#include "auth/token_json.h"
#include "base/limits.h"

namespace river::auth {
namespace {

std::unexpected<TokenFailure> failure(TokenError error, std::string detail) {
  return std::unexpected(TokenFailure{error, std::move(detail)});
}

// header.payload.signature, still in base64url
struct Parts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
  std::string_view signed_text;  // the header, the dot and the payload
};

std::optional<Parts> split(std::string_view token) {
  const std::size_t first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = token.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  if (token.find('.', second + 1) != std::string_view::npos) return std::nullopt;
  return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1),
               token.substr(second + 1), token.substr(0, second)};
}

std::expected<void, TokenFailure> check_signature(const std::vector<VerificationKey>& keys,
                                                  const TokenHeader& header, const Parts& parts,
                                                  std::string_view signature) {
  const bool known = !header.key_id.empty() &&
                     std::any_of(keys.begin(), keys.end(), [&](const VerificationKey& key) {
                       return key.id() == header.key_id;
                     });
  bool tried = false;
  for (const VerificationKey& key : keys) {
    if (known && key.id() != header.key_id) continue;
    if (algorithm_name(key.algorithm()) != header.algorithm) continue;
    tried = true;
    if (key.verify(parts.signed_text, signature)) return {};
  }
  if (!tried) return failure(TokenError::wrong_algorithm, "no key is for the token's \"alg\"");
  if (!header.key_id.empty() && !known) {
    return failure(TokenError::unknown_key, "\"kid\" is unknown, and no other key fits");
  }
  return failure(TokenError::bad_signature, "the signature is not of a key that is configured");
}

std::expected<void, TokenFailure> check_claims(const TokenClaims& token,
                                               const TokenVerifierOptions& options,
                                               UnixSeconds now) {
  if (!options.issuer.empty() && token.issuer != options.issuer) {
    return failure(TokenError::bad_claims, "\"iss\" is not the issuer that is configured");
  }
  const auto& audiences = token.audiences;
  if (!options.audience.empty() &&
      std::find(audiences.begin(), audiences.end(), options.audience) == audiences.end()) {
    return failure(TokenError::bad_claims, "\"aud\" does not have the audience that is configured");
  }
  const UnixSeconds leeway = options.leeway.count();
  const auto expires = token.claims.expires;
  if (expires && now >= *expires + leeway) {
    return failure(TokenError::expired, fmt::format("expired {} s ago", now - *expires));
  }
  if (token.not_before && now + leeway < *token.not_before) {
    return failure(TokenError::not_yet_valid,
                   fmt::format("not valid before {} s from now", *token.not_before - now));
  }
  return {};
}

}  // namespace

TokenVerifier::TokenVerifier(std::vector<VerificationKey> keys, TokenVerifierOptions options)
    : keys_(std::move(keys)), options_(std::move(options)) {}

std::expected<Claims, TokenFailure> TokenVerifier::verify(std::string_view token,
                                                          UnixSeconds now) const {
  if (token.size() > limits::token_bytes_max) {
    return failure(TokenError::too_large, fmt::format("it has {} bytes, at most {} are taken",
                                                      token.size(), limits::token_bytes_max));
  }
  const auto parts = split(token);
  if (!parts) return failure(TokenError::malformed, "it has not three parts");
  const auto header_json = decode_base64url(parts->header);
  const auto payload_json = decode_base64url(parts->payload);
  const auto signature = decode_base64url(parts->signature);
  if (!header_json || !payload_json || !signature) {
    return failure(TokenError::malformed, "a part is not base64url without padding");
  }
  const auto header = read_token_header(*header_json);
  if (!header) {
    return failure(TokenError::malformed, fmt::format("the header: {}", header.error()));
  }
  if (auto checked = check_signature(keys_, *header, *parts, *signature); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  auto claims = read_token_claims(*payload_json);
  if (!claims) {
    return failure(TokenError::bad_claims, fmt::format("the claims: {}", claims.error()));
  }
  if (auto checked = check_claims(*claims, options_, now); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  return std::move(claims->claims);
}

}  // namespace river::auth
