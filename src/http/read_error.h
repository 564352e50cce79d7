// Why a request was refused: what the response to it says before the connection closes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace river::http {

struct ReadError {
  int status = 0;         // 400, 413, 414, 417, 431, 501 or 505
  std::string_view code;  // for programs; always a literal
  std::string message;    // for people: what is wrong and, where it helps, what to do
};

[[nodiscard]] ReadError invalid_request(std::string message);           // 400
[[nodiscard]] ReadError body_too_large(std::size_t body_bytes_max);     // 413
[[nodiscard]] ReadError target_too_long(std::size_t target_bytes_max);  // 414
[[nodiscard]] ReadError unknown_expectation();                          // 417
[[nodiscard]] ReadError head_too_large(std::size_t head_bytes_max);     // 431
[[nodiscard]] ReadError too_many_headers(std::size_t headers_max);      // 431
[[nodiscard]] ReadError unknown_method();                               // 501
[[nodiscard]] ReadError unknown_version();                              // 505

}  // namespace river::http
