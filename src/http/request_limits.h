// How large a request may be. Each limit holds as bytes arrive, not only when all are in.
#pragma once

#include <cstddef>

#include "base/limits.h"

namespace river::http {

struct RequestLimits {
  std::size_t head_bytes_max = limits::http_head_bytes_max;  // request line, headers, empty line
  std::size_t target_bytes_max = limits::http_target_bytes_max;
  std::size_t headers_max = limits::http_headers_max;
  std::size_t body_bytes_max = limits::http_body_bytes_max;  // after the chunks are joined
};

}  // namespace river::http
