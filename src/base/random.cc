#include "base/random.h"

#include <openssl/rand.h>

#include "base/assert.h"

namespace river {

std::uint64_t random_u64() {
  std::uint64_t value = 0;
  RIVER_ASSERT(RAND_bytes(reinterpret_cast<unsigned char*>(&value), sizeof value) == 1);
  return value;
}

std::uint64_t random_between(std::uint64_t low, std::uint64_t high) {
  RIVER_ASSERT(low <= high && high - low < UINT64_MAX);
  return low + random_u64() % (high - low + 1);
}

std::string random_hex(std::size_t bytes) {
  std::string raw(bytes, '\0');
  RIVER_ASSERT(RAND_bytes(reinterpret_cast<unsigned char*>(raw.data()), static_cast<int>(bytes)) ==
               1);
  std::string text;
  text.reserve(bytes * 2);
  for (const char byte : raw) {
    const auto value = static_cast<unsigned char>(byte);
    text += "0123456789abcdef"[value >> 4];
    text += "0123456789abcdef"[value & 15];
  }
  return text;
}

}  // namespace river
