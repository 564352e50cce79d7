#include "auth/token_signer.h"

#include <array>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "auth/base64url.h"
#include "auth/openssl.h"
#include "base/assert.h"
#include "base/json_text.h"

namespace river::auth {
namespace {

std::string quoted(std::string_view text) {
  std::string json;
  append_json_string(json, text);
  return json;
}

void add_member(std::string& object, std::string_view name, std::string_view json) {
  object += fmt::format("{}\"{}\":{}", object.empty() ? "" : ",", name, json);
}

std::string braced(std::string_view members) {
  return fmt::format("{{{}}}", members);
}

std::string channels_json(const std::vector<Grant>& grants) {
  std::string channels;
  for (const Grant& grant : grants) {
    std::string actions;
    for (std::size_t i = 0; i < action_names.size(); ++i) {
      if ((grant.actions & bit_of(static_cast<Action>(i))) == 0) continue;
      actions += fmt::format("{}\"{}\"", actions.empty() ? "" : ",", action_names[i]);
    }
    channels +=
        fmt::format("{}{}:[{}]", channels.empty() ? "" : ",", quoted(grant.pattern), actions);
  }
  return braced(channels);
}

std::string payload_json(const TokenRequest& request) {
  std::string payload;
  if (!request.issuer.empty()) add_member(payload, "iss", quoted(request.issuer));
  if (!request.audience.empty()) add_member(payload, "aud", quoted(request.audience));
  if (!request.user.empty()) add_member(payload, "sub", quoted(request.user));
  if (request.issued) add_member(payload, "iat", std::to_string(*request.issued));
  if (request.not_before) add_member(payload, "nbf", std::to_string(*request.not_before));
  if (request.expires) add_member(payload, "exp", std::to_string(*request.expires));
  std::string river;
  if (request.grants) add_member(river, "channels", channels_json(*request.grants));
  if (!request.info.empty()) add_member(river, "info", request.info);
  if (!river.empty()) add_member(payload, "river", braced(river));
  return braced(payload);
}

}  // namespace

std::string sign_token(const TokenRequest& request, std::string_view secret) {
  std::string header = R"("alg":"HS256","typ":"JWT")";
  if (!request.key_id.empty()) add_member(header, "kid", quoted(request.key_id));
  return sign_token_text(braced(header), payload_json(request), secret);
}

std::string sign_token_text(std::string_view header_json, std::string_view payload_json,
                            std::string_view secret) {
  std::string token = encode_base64url(header_json) + "." + encode_base64url(payload_json);
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned size = 0;
  const auto* made = HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
                          unsigned_data(token), token.size(), mac.data(), &size);
  RIVER_ASSERT(made != nullptr);
  token += ".";
  token += encode_base64url(std::string(mac.begin(), mac.begin() + size));
  return token;
}

}  // namespace river::auth
