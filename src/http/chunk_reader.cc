#include "http/chunk_reader.h"

#include <utility>

#include "http/characters.h"

namespace river::http {
namespace {

constexpr std::uint8_t digits_max = 16;  // 64 bits: the size cannot overflow

std::unexpected<ReadError> invalid_chunk(std::string message) {
  return std::unexpected(invalid_request(std::move(message)));
}

}  // namespace

std::expected<std::size_t, ReadError> ChunkReader::read(std::string_view bytes, std::string& body,
                                                        std::size_t body_bytes_max) {
  std::size_t at = 0;
  const auto expect = [&](char wanted, State next) {
    if (bytes[at] != wanted) return false;
    ++at;
    state_ = next;
    return true;
  };
  while (at < bytes.size() && state_ != State::done) {
    switch (state_) {
      case State::size:
        if (const auto read = on_size_byte(bytes[at]); !read) return std::unexpected(read.error());
        ++at;
        break;
      case State::size_line_feed:
        if (!expect('\n', data_bytes_ == 0 ? State::last_return : State::data)) {
          return invalid_chunk("the size of a chunk must end with CR LF");
        }
        if (data_bytes_ > body_bytes_max - body.size()) {
          return std::unexpected(body_too_large(body_bytes_max));
        }
        break;
      case State::data: {
        const auto data = bytes.substr(at, data_bytes_);
        body.append(data);
        at += data.size();
        data_bytes_ -= data.size();
        if (data_bytes_ == 0) state_ = State::data_return;
        break;
      }
      case State::data_return:
        if (!expect('\r', State::data_line_feed)) {
          return invalid_chunk("a chunk is longer than its size says");
        }
        break;
      case State::data_line_feed:
        if (!expect('\n', State::size)) {
          return invalid_chunk("the data of a chunk must end with CR LF");
        }
        break;
      case State::last_return:
        if (!expect('\r', State::last_line_feed)) {
          return invalid_chunk(
              "trailers are not accepted: end the body with `0` and an empty line");
        }
        break;
      case State::last_line_feed:
        if (!expect('\n', State::done)) {
          return invalid_chunk("the last chunk must end with CR LF");
        }
        break;
      case State::done:
        break;
    }
  }
  return at;
}

std::expected<void, ReadError> ChunkReader::on_size_byte(char byte) {
  const int digit = hex_value(byte);
  if (digit >= 0) {
    if (digits_ == digits_max) return invalid_chunk("the size of a chunk has too many digits");
    ++digits_;
    data_bytes_ = data_bytes_ * 16 + static_cast<std::uint64_t>(digit);
    return {};
  }
  if (byte != '\r' || digits_ == 0) {
    return invalid_chunk("the size of a chunk must be hexadecimal digits alone, without extension");
  }
  digits_ = 0;
  state_ = State::size_line_feed;
  return {};
}

}  // namespace river::http
