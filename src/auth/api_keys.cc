#include "auth/api_keys.h"

#include <algorithm>

#include <openssl/crypto.h>

#include "base/digest.h"
#include "base/limits.h"

namespace river::auth {
namespace {

// Others would not survive the way through an HTTP header.
bool visible(char c) {
  return c > ' ' && c <= '~';
}

bool same_letters(std::string_view text, std::string_view lower_case) {
  return std::equal(text.begin(), text.end(), lower_case.begin(), lower_case.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
}

}  // namespace

std::expected<ApiKeys, std::string> ApiKeys::make(std::span<const std::string> keys) {
  ApiKeys result;
  for (const std::string& key : keys) {
    if (key.size() < limits::api_key_bytes_min) {
      return std::unexpected("an API key must not be empty; make one with: openssl rand -hex 16");
    }
    if (!std::all_of(key.begin(), key.end(), visible)) {
      return std::unexpected("an API key must be of visible ASCII characters, without spaces");
    }
    result.digests_.push_back(sha256(key));
  }
  return result;
}

bool ApiKeys::accepts(std::string_view presented) const {
  const std::string digest = sha256(presented);
  int matches = 0;
  for (const std::string& known : digests_) {
    matches += CRYPTO_memcmp(known.data(), digest.data(), digest.size()) == 0 ? 1 : 0;
  }
  return matches > 0;
}

std::string_view presented_api_key(std::string_view x_api_key, std::string_view authorization) {
  return x_api_key.empty() ? bearer_credentials(authorization) : x_api_key;
}

std::string_view bearer_credentials(std::string_view authorization) {
  constexpr std::string_view scheme = "bearer ";
  if (!same_letters(authorization.substr(0, scheme.size()), scheme)) return {};
  authorization.remove_prefix(scheme.size());
  const std::size_t start = authorization.find_first_not_of(' ');
  return start == std::string_view::npos ? std::string_view() : authorization.substr(start);
}

}  // namespace river::auth
