// Who somebody is: the `sub` of a token, and what backends call a user by.
#pragma once

#include <algorithm>
#include <string_view>

#include "base/limits.h"

namespace river {

// 1–200 bytes without control characters; not `.` or `..`, which no URL can name: clients take them
// out of a path, however they are escaped (WHATWG URL, 4.4, double-dot path segment).
[[nodiscard]] inline bool valid_user(std::string_view id) {
  if (id == "." || id == "..") return false;
  return !id.empty() && id.size() <= limits::user_bytes_max && std::ranges::none_of(id, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
}

}  // namespace river
