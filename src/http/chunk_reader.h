// Joins a chunked body. Strict: no chunk extensions, no trailers (security.md A10).
//
//   1*16HEX CR LF  data CR LF   …   0 CR LF CR LF
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "http/read_error.h"

namespace river::http {

class ChunkReader {
 public:
  // Appends the data in `bytes` to `body`, up to the end of the last chunk; returns how many bytes
  // it took. An error is final.
  [[nodiscard]] std::expected<std::size_t, ReadError> read(std::string_view bytes,
                                                           std::string& body,
                                                           std::size_t body_bytes_max);
  [[nodiscard]] bool done() const { return state_ == State::done; }

 private:
  enum class State : std::uint8_t {
    size,
    size_line_feed,
    data,
    data_return,
    data_line_feed,
    last_return,
    last_line_feed,
    done,
  };

  [[nodiscard]] std::expected<void, ReadError> on_size_byte(char byte);

  std::uint64_t data_bytes_ = 0;  // of this chunk: its size while that is read, then what is left
  std::uint8_t digits_ = 0;
  State state_ = State::size;
};

}  // namespace river::http
