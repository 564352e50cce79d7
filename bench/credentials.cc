#include "credentials.h"

#include <utility>

#include <fmt/format.h>

#include "auth/token_signer.h"
#include "base/clock.h"

namespace river::bench {
namespace {

constexpr UnixSeconds token_seconds = 24 * 3600;

}  // namespace

std::string Credentials::token(int user, std::vector<auth::Grant> grants) const {
  auth::TokenRequest request;
  request.user = fmt::format("user-{}", user);
  request.expires = unix_now() + token_seconds;
  if (!grants.empty()) request.grants = std::move(grants);
  return auth::sign_token(request, jwt_secret_);
}

std::string Credentials::post_head(std::string_view path, std::size_t body_bytes) const {
  return fmt::format(
      "POST {} HTTP/1.1\r\nHost: bench\r\nX-API-Key: {}\r\n"
      "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
      path, api_key_, body_bytes);
}

}  // namespace river::bench
