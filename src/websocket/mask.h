// Mask: the XOR that a client puts over a payload (RFC 6455 §5.3). It keeps its place in the key,
// so that a payload can come in pieces.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace river::websocket {

using MaskKey = std::array<char, 4>;

class Mask {
 public:
  explicit Mask(MaskKey key) : key_(key) {}

  // Masks or unmasks in place; the two are the same.
  void apply(std::span<char> bytes);

 private:
  MaskKey key_;
  std::uint8_t phase_ = 0;  // index in the key of the next byte
};

}  // namespace river::websocket
