// `river token`: mints a token for a client, with the secret that the server checks it with.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "base/clock.h"
#include "server/config.h"
#include "server/secrets.h"

namespace river::server {

struct TokenOptions {
  std::string user;                   // empty: anonymous
  std::vector<std::string> channels;  // `pattern=subscribe,publish`
  std::string info;                   // JSON; empty: none
  std::string expires = "1h";         // from now
};

// The token, or what is wrong with the options.
[[nodiscard]] std::expected<std::string, std::string> make_token(const TokenOptions& options,
                                                                 const Config& config,
                                                                 const Secrets& secrets,
                                                                 UnixSeconds now);

}  // namespace river::server
