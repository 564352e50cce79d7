#include "server/token_keys.h"

#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "auth/json_web_keys.h"
#include "server/text_file.h"

namespace river::server {
namespace {

using Keys = std::vector<auth::VerificationKey>;

std::expected<Keys, std::string> one_key(std::expected<auth::VerificationKey, std::string> key) {
  if (!key) return std::unexpected(key.error());
  Keys keys;
  keys.push_back(std::move(*key));
  return keys;
}

std::expected<Keys, std::string> keys_in_file(const std::string& path, const AuthKey& from) {
  const auto content = read_text_file(path);
  if (!content) return std::unexpected(content.error());
  auto keys = path == from.jwks_file
                  ? auth::load_json_web_keys(*content)
                  : one_key(auth::VerificationKey::from_public_pem(*content, from.kid));
  if (!keys) return std::unexpected(fmt::format("{}: {}", path, keys.error()));
  return keys;
}

std::expected<Keys, std::string> keys_of(const AuthKey& key) {
  if (!key.jwks_file.empty()) return keys_in_file(key.jwks_file, key);
  if (!key.public_key_file.empty()) return keys_in_file(key.public_key_file, key);
  return one_key(auth::VerificationKey::from_secret(key.secret, key.kid));
}

}  // namespace

std::expected<Keys, std::string> token_keys(const Config& config, const Secrets& secrets) {
  Keys all;
  for (const std::string& secret : secrets.jwt_secrets) {
    auto key = auth::VerificationKey::from_secret(secret);
    if (!key) return std::unexpected(key.error());
    all.push_back(std::move(*key));
  }
  for (const AuthKey& from : config.auth.keys) {
    auto keys = keys_of(from);
    if (!keys) return std::unexpected(fmt::format("auth.keys: {}", keys.error()));
    std::ranges::move(*keys, std::back_inserter(all));
  }
  return all;
}

auth::TokenVerifierOptions token_verifier_options(const Config& config) {
  return {config.auth.issuer, config.auth.audience, config.auth.leeway};
}

}  // namespace river::server
