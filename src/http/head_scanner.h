// Finds where a head ends, and refuses as the bytes arrive what no right head holds:
//
//   GET /v1/ws?token=… HTTP/1.1 CR LF     exactly two spaces, none of the three parts empty
//   Host: example.com CR LF               lines end with CR LF, never with one of them alone
//   …                                     no line starts with a space (obs-fold), no control bytes
//   CR LF
//
// Stricter than the parser behind it, because whatever two parsers in a row read differently can
// be used to smuggle a request past the first (security.md A10). Linear in the bytes, however cut.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string_view>

#include "http/read_error.h"
#include "http/request_limits.h"

namespace river::http {

class HeadScanner {
 public:
  // Takes bytes up to the end of the head; returns how many. An error is final.
  [[nodiscard]] std::expected<std::size_t, ReadError> scan(std::string_view bytes,
                                                           const RequestLimits& limits);
  [[nodiscard]] bool done() const { return state_ == State::done; }
  [[nodiscard]] bool started() const { return head_bytes_ != 0; }

 private:
  enum class State : std::uint8_t {
    method,
    target,
    version,
    line_start,
    line,
    line_feed,       // a CR was there
    last_line_feed,  // of the empty line
    done,
  };
  enum class Fault : std::uint8_t {
    none,
    method,
    method_length,
    target,
    target_length,
    version,
    line_end,
    line_fold,
    control_byte,
    header_count,
  };

  [[nodiscard]] Fault advance(const char*& at, const char* end, const RequestLimits& limits);
  [[nodiscard]] Fault advance_method(const char*& at, const char* end);
  [[nodiscard]] Fault advance_target(const char*& at, const char* end, std::size_t bytes_max);
  [[nodiscard]] Fault advance_version(const char*& at, const char* end);
  [[nodiscard]] Fault advance_line_start(const char*& at, std::size_t headers_max);
  [[nodiscard]] Fault advance_line(const char*& at, const char* end);
  [[nodiscard]] static ReadError error_of(Fault fault, const RequestLimits& limits);

  std::size_t head_bytes_ = 0;
  std::size_t part_bytes_ = 0;  // of the part of the request line that is being read
  std::size_t headers_ = 0;
  State state_ = State::method;
};

}  // namespace river::http
