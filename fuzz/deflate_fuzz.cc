// Compressed messages out of any bytes: inflating stops at its limit, and gives the same whatever
// was inflated before. And any bytes as a message: they come back from compressing as they were.
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "websocket/deflate.h"

namespace river::websocket {
namespace {

constexpr std::size_t inflated_bytes_max = 10'000;

void inflate_any_bytes(std::string_view input) {
  Inflater inflater;
  const auto first = inflater.inflate(input, inflated_bytes_max);
  RIVER_ASSERT(inflater.buffer_bytes() <= inflated_bytes_max + 1);
  RIVER_ASSERT(!first || first->size() <= inflated_bytes_max);
  const std::expected<std::string, InflateError> kept(first);
  RIVER_ASSERT(inflater.inflate(input, inflated_bytes_max) == kept);

  // A lower limit changes the answer only where the message is larger than that.
  if (!kept || kept->empty()) return;
  RIVER_ASSERT(inflater.inflate(input, kept->size()) == kept);
  const auto cut = inflater.inflate(input, kept->size() - 1);
  RIVER_ASSERT(!cut && cut.error() == InflateError::too_large);
}

void come_back_from_compressing(std::string_view message) {
  static Deflater deflater;
  static Inflater inflater;
  for (std::uint8_t bits = Deflater::window_bits_min; bits <= Deflater::window_bits_max; ++bits) {
    RIVER_ASSERT(inflater.inflate(deflater.compress(message, bits), message.size()) == message);
  }
}

}  // namespace
}  // namespace river::websocket

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  river::websocket::inflate_any_bytes(input);
  river::websocket::come_back_from_compressing(input);
  return 0;
}
