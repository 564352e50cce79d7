#include "http/read_error.h"

#include <utility>

#include <fmt/core.h>

namespace river::http {

ReadError invalid_request(std::string message) {
  return {400, "invalid_request", std::move(message)};
}

ReadError body_too_large(std::size_t body_bytes_max) {
  return {413, "body_too_large",
          fmt::format("the body is larger than {} bytes; send less at once", body_bytes_max)};
}

ReadError target_too_long(std::size_t target_bytes_max) {
  return {414, "uri_too_long",
          fmt::format("the request target is longer than {} bytes", target_bytes_max)};
}

ReadError unknown_expectation() {
  return {417, "unknown_expectation", "the only expectation understood is `100-continue`"};
}

ReadError head_too_large(std::size_t head_bytes_max) {
  return {431, "headers_too_large",
          fmt::format("request line and headers are larger than {} bytes", head_bytes_max)};
}

ReadError too_many_headers(std::size_t headers_max) {
  return {431, "headers_too_large", fmt::format("there are more than {} headers", headers_max)};
}

ReadError unknown_method() {
  return {501, "unknown_method",
          "the methods understood are GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS"};
}

ReadError unknown_version() {
  return {505, "unknown_version", "use HTTP/1.1"};
}

}  // namespace river::http
