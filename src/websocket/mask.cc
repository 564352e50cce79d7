#include "websocket/mask.h"

#include <cstddef>
#include <cstring>

namespace river::websocket {

void Mask::apply(std::span<char> bytes) {
  std::array<char, 8> pattern;  // the key twice, turned so that it fits the next byte
  for (std::size_t i = 0; i < pattern.size(); ++i) pattern[i] = key_[(phase_ + i) % 4];
  std::uint64_t pattern_word = 0;
  std::memcpy(&pattern_word, pattern.data(), 8);

  std::size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, 8);
    word ^= pattern_word;
    std::memcpy(bytes.data() + at, &word, 8);
  }
  for (std::size_t i = 0; at < bytes.size(); ++at, ++i) {
    bytes[at] = static_cast<char>(bytes[at] ^ pattern[i]);
  }
  phase_ = static_cast<std::uint8_t>((phase_ + bytes.size()) % 4);
}

}  // namespace river::websocket
