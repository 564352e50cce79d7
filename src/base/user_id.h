// Who somebody is: the `sub` of a token, and what backends call a user by.
#pragma once

#include <algorithm>
#include <string_view>

#include "base/limits.h"

namespace river {

// 1–200 bytes without control characters.
[[nodiscard]] inline bool valid_user(std::string_view id) {
  return !id.empty() && id.size() <= limits::user_bytes_max && std::ranges::none_of(id, [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
}

}  // namespace river
