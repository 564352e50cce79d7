// Inflater and Deflater: message payloads of permessage-deflate (RFC 7692 §7.2), each message by
// itself. One of each serves a whole loop; connections own nothing of it.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace river::websocket {

enum class InflateError : std::uint8_t {
  too_large,  // more than the limit comes out
  bad_data,   // not deflate, or cut short
};

// Owns: zlib's state and one buffer for what comes out, which grows with what really comes.
// Thread: one loop. Limits: `bytes_max` of each call; nothing beyond it is ever inflated.
class Inflater {
 public:
  Inflater();
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // The result lives until the next call.
  [[nodiscard]] std::expected<std::string_view, InflateError> inflate(std::string_view compressed,
                                                                      std::size_t bytes_max);

  // Gives all memory back, for a loop with nothing to do; the next call takes it again.
  void release();
  // The same, if there was nothing to do since the last time that this was asked.
  void release_if_unused() {
    if (!std::exchange(used_, false)) release();
  }
  [[nodiscard]] bool holds_memory() const { return stream_ != nullptr; }
  [[nodiscard]] std::size_t buffer_bytes() const { return capacity_; }

 private:
  struct Stream;

  // Whether the input ended with the end of a deflate stream, as the last block may say.
  [[nodiscard]] std::expected<bool, InflateError> run(std::string_view input,
                                                      std::size_t bytes_max);
  void grow(std::size_t capacity_max);

  std::unique_ptr<Stream> stream_;  // made when first needed
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
  bool used_ = false;  // since release_if_unused()
};

// Owns: one zlib state for each window size that was asked for (15 bits: about 256 KiB).
// Thread: one loop.
class Deflater {
 public:
  static constexpr std::uint8_t window_bits_min = 9;  // zlib cannot make 8
  static constexpr std::uint8_t window_bits_max = 15;

  Deflater();
  ~Deflater();
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  // The payload of a frame with RSV1 set. May be longer than the message if that has no pattern.
  [[nodiscard]] std::string compress(std::string_view message, std::uint8_t window_bits);

  // As with Inflater.
  void release();
  void release_if_unused() {
    if (!std::exchange(used_, false)) release();
  }
  [[nodiscard]] bool holds_memory() const {
    return std::ranges::any_of(streams_, [](const auto& stream) { return stream != nullptr; });
  }

 private:
  struct Stream;

  std::array<std::unique_ptr<Stream>, window_bits_max - window_bits_min + 1> streams_;
  bool used_ = false;  // since release_if_unused()
};

}  // namespace river::websocket
