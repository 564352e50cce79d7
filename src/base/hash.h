// Seeded hashing for tables that peers can fill (security.md D10): SipHash-1-3 with a key drawn
// once a process, so that nobody can choose names that collide.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace river {

struct HashKey {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
};

// SipHash-1-3 (Aumasson, Bernstein: "SipHash: a fast short-input PRF", with 1 and 3 rounds).
[[nodiscard]] std::uint64_t siphash(std::string_view bytes, HashKey key);

// The key of this process: random, the same on every thread.
[[nodiscard]] const HashKey& process_hash_key();

// For hash tables; transparent, so that a lookup by string_view makes no string.
struct SeededHash {
  using is_transparent = void;
  using is_avalanching = void;  // tells Boost.Unordered that the bits are well mixed
  [[nodiscard]] std::size_t operator()(std::string_view text) const {
    return siphash(text, process_hash_key());
  }
};

}  // namespace river
