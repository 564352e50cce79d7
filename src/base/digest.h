// SHA-256 (FIPS 180-4) of bytes, as 32 bytes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace river {

inline constexpr std::size_t sha256_bytes = 32;
[[nodiscard]] std::string sha256(std::string_view bytes);

}  // namespace river
