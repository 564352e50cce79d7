// base64url without padding (RFC 7515 §2), strictly: each text is the only one for its bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace river::auth {

// Refuses padding, spaces, `+` and `/`, and left-over bits that are not zero.
[[nodiscard]] std::optional<std::string> decode_base64url(std::string_view text);

[[nodiscard]] std::string encode_base64url(std::string_view bytes);

}  // namespace river::auth
