// ConnectionId: names one client connection in the protocol ("c-" and 16 hexadecimal digits), so
// that a backend can spare it its own echo. Unique by chance, unguessable, not a secret.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace river {

using ConnectionId = std::uint64_t;  // 0: none

[[nodiscard]] inline std::string connection_id_text(ConnectionId id) {
  return fmt::format("c-{:016x}", id);
}

// 0 if it is not the name of a connection.
[[nodiscard]] inline ConnectionId parse_connection_id(std::string_view text) {
  if (text.size() != 18 || !text.starts_with("c-")) return 0;
  ConnectionId id = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + 2, end, id, 16);
  return error == std::errc() && stop == end ? id : 0;
}

}  // namespace river
