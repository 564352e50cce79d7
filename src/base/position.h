// Position: where an event stands in its channel. `offset` grows by one with every event; a new
// `epoch` means that older positions say nothing any more.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

namespace river {

// 0 is no epoch: it never equals a channel's. On the wire it is lower-case hexadecimal.
using Epoch = std::uint64_t;
using Offset = std::uint64_t;

struct Position {
  Epoch epoch = 0;
  Offset offset = 0;
  friend bool operator==(const Position&, const Position&) = default;
};

[[nodiscard]] inline std::string epoch_text(Epoch epoch) {
  char text[16];
  const auto end = std::to_chars(text, text + sizeof text, epoch, 16).ptr;
  return std::string(text, end);
}

// What is not an epoch of River's making is 0, which matches no channel: the answer to it is
// "not recovered", not an error.
[[nodiscard]] inline Epoch parse_epoch(std::string_view text) {
  Epoch epoch = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), epoch, 16);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && epoch_text(epoch) == text ? epoch : 0;
}

}  // namespace river
