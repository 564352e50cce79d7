// ApiKeys: the keys with which backends publish. Several are valid at once, so that one can be
// replaced without a gap.
//
// Owns: the SHA-256 of each key, not the keys. Thread: any; asking changes nothing.
// Limits: limits::api_key_bytes_min.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace river::auth {

class ApiKeys {
 public:
  // None is allowed, and then nothing is accepted. An error is a sentence for the operator, without
  // any part of a key.
  [[nodiscard]] static std::expected<ApiKeys, std::string> make(std::span<const std::string> keys);

  // Takes the same time whatever is wrong with `presented`, and whichever key it is.
  [[nodiscard]] bool accepts(std::string_view presented) const;

 private:
  ApiKeys() = default;

  std::vector<std::string> digests_;
};

// The credentials of the scheme Bearer, in any spelling (RFC 9110 §11.1); "" for any other value.
[[nodiscard]] std::string_view bearer_credentials(std::string_view authorization);

// The key in a request, from the values of its headers `x-api-key` and `Authorization` ("" where
// there is none). `x-api-key` goes first; of the other only the scheme Bearer counts. "" if there
// is no key.
[[nodiscard]] std::string_view presented_api_key(std::string_view x_api_key,
                                                 std::string_view authorization);

}  // namespace river::auth
