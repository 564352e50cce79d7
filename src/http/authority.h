// host[:port], as in Host and Origin.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace river::http {

struct Authority {
  std::string_view host;   // a name, an IPv4 address, or an IPv6 address in its brackets
  std::uint16_t port = 0;  // 0: none given
};

// Strict: a host of letters, digits, `-` and `_` in labels joined by dots, or a bracketed address
// of hexadecimal digits, colons and dots; a port of 1–65535 without leading zeros. No user, no
// lists.
[[nodiscard]] std::optional<Authority> parse_authority(std::string_view text);

}  // namespace river::http
