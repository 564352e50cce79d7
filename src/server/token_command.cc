#include "server/token_command.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "auth/token_signer.h"
#include "auth/token_verifier.h"
#include "server/setting_value.h"
#include "server/token_keys.h"

namespace river::server {
namespace {

struct SigningKey {
  std::string secret;
  std::string kid;
};

std::expected<SigningKey, std::string> signing_key(const Config& config, const Secrets& secrets) {
  if (!secrets.jwt_secrets.empty()) return SigningKey{secrets.jwt_secrets.front(), ""};
  for (const AuthKey& key : config.auth.keys) {
    if (!key.secret.empty()) return SigningKey{key.secret, key.kid};
  }
  if (!config.auth.keys.empty()) {
    return std::unexpected(
        "only public keys are configured: tokens are made where the private key is");
  }
  return std::unexpected(
      fmt::format("there is no {} yet: start `river serve` once, or name its --data-dir",
                  secrets.jwt_secret_file));
}

std::optional<auth::Actions> parse_actions(std::string_view text) {
  auth::Actions actions = 0;
  while (true) {
    const std::size_t comma = text.find(',');
    const auto name = std::ranges::find(auth::action_names, text.substr(0, comma));
    if (name == auth::action_names.end()) return std::nullopt;
    actions |= auth::bit_of(static_cast<auth::Action>(name - auth::action_names.begin()));
    if (comma == std::string_view::npos) return actions;
    text.remove_prefix(comma + 1);
  }
}

std::expected<auth::Grant, std::string> parse_grant(std::string_view text) {
  // The last one, as the names of channels may have it too.
  const std::size_t equals = text.rfind('=');
  if (equals != std::string_view::npos && equals > 0) {
    if (const auto actions = parse_actions(text.substr(equals + 1))) {
      return auth::Grant{std::string(text.substr(0, equals)), *actions};
    }
  }
  return std::unexpected(
      fmt::format("--channel {}: expected pattern=rights, such as 'private-*=subscribe,publish'; "
                  "the rights are {}",
                  text, fmt::join(auth::action_names, ", ")));
}

std::expected<auth::TokenRequest, std::string> token_request(const TokenOptions& options,
                                                             UnixSeconds now) {
  auth::TokenRequest request;
  request.user = options.user;
  request.info = options.info;
  request.issued = now;
  const std::optional<milliseconds> lifetime = parse_duration(options.expires);
  if (!lifetime || *lifetime < seconds(1)) {
    return std::unexpected(
        fmt::format("--expires {}: expected a duration of 1s or more, such as 15m, 1h or 30d",
                    options.expires));
  }
  request.expires = now + std::chrono::duration_cast<seconds>(*lifetime).count();
  for (const std::string& channel : options.channels) {
    const auto grant = parse_grant(channel);
    if (!grant) return std::unexpected(grant.error());
    if (!request.grants) request.grants.emplace();
    request.grants->push_back(*grant);
  }
  return request;
}

}  // namespace

std::expected<std::string, std::string> make_token(const TokenOptions& options,
                                                   const Config& config, const Secrets& secrets,
                                                   UnixSeconds now) {
  const auto key = signing_key(config, secrets);
  if (!key) return std::unexpected(key.error());
  auto request = token_request(options, now);
  if (!request) return std::unexpected(request.error());
  request->key_id = key->kid;
  request->issuer = config.auth.issuer;
  request->audience = config.auth.audience;
  std::string token = auth::sign_token(*request, key->secret);

  // What the server would refuse is not handed out: a too long user, an --info that is no JSON.
  auto keys = token_keys(config, secrets);
  if (!keys) return std::unexpected(keys.error());
  const auth::TokenVerifier verifier(std::move(*keys), token_verifier_options(config));
  if (const auto claims = verifier.verify(token, now); !claims) {
    return std::unexpected(
        fmt::format("the server would refuse this token: {}", claims.error().detail));
  }
  return token;
}

}  // namespace river::server
