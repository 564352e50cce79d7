// Credentials: what a server knows its clients and its backends by, and what is made with it alike
// for every server that takes JWTs, and publications by HTTP.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "auth/claims.h"

namespace river::bench {

class Credentials {
 public:
  Credentials(std::string_view api_key, std::string_view jwt_secret)
      : api_key_(api_key), jwt_secret_(jwt_secret) {}

  // Of a client. Outlasts any soak.
  [[nodiscard]] std::string token(int user, std::vector<auth::Grant> grants = {}) const;
  // The head of a request with a body of JSON.
  [[nodiscard]] std::string post_head(std::string_view path, std::size_t body_bytes) const;

 private:
  std::string api_key_;
  std::string jwt_secret_;
};

}  // namespace river::bench
