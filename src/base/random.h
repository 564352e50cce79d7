// Randomness from the operating system, fit for secrets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace river {

[[nodiscard]] std::uint64_t random_u64();

// From `low` to `high`, both included.
[[nodiscard]] std::uint64_t random_between(std::uint64_t low, std::uint64_t high);

// `bytes` random bytes in lower-case hexadecimal, twice as many characters.
[[nodiscard]] std::string random_hex(std::size_t bytes);

}  // namespace river
