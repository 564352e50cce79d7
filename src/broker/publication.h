// Publication: one event of one channel, as it was ordered. Immutable, cheap to copy, crosses
// loops.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/connection_id.h"
#include "base/position.h"
#include "base/shared_bytes.h"

namespace river::broker {

// An event's name and data in one block: a publication holds one reference, not two.
class EventBytes {
 public:
  EventBytes() = default;
  EventBytes(std::string_view event, std::string_view data)
      : bytes_(SharedBytes::make(event.size() + data.size(),
                                 [&](std::span<char> out) {
                                   const auto end = std::ranges::copy(event, out.begin()).out;
                                   std::ranges::copy(data, end);
                                 })),
        event_size_(static_cast<std::uint32_t>(event.size())) {}

  [[nodiscard]] std::string_view event() const { return bytes_.view().substr(0, event_size_); }
  [[nodiscard]] std::string_view data() const { return bytes_.view().substr(event_size_); }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }

 private:
  SharedBytes bytes_;
  std::uint32_t event_size_ = 0;
};

struct Publication {
  Offset offset = 0;
  EventBytes content;
  ConnectionId exclude = 0;       // this connection is spared its own echo
  std::int64_t time = 0;          // when it got its place, Unix milliseconds
  std::uint64_t received_at = 0;  // steady nanoseconds on this node, for the latency histogram
};

}  // namespace river::broker
