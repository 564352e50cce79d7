// What a channel's name says: whether it is valid, and its kind by prefix, as Pusher users know it.
#pragma once

#include <string_view>

namespace river {

// 1–200 bytes of A-Z a-z 0-9 _ - = @ , . ; : / #
[[nodiscard]] bool valid_channel(std::string_view name);

// 1–200 bytes of UTF-8 without control characters, not starting with `river:`. The caller has
// checked that it is UTF-8.
[[nodiscard]] bool valid_event(std::string_view name);

struct ChannelKind {
  bool needs_grant = false;  // private-… and presence-…
  bool presence = false;     // presence-…: members are known
  bool cache = false;        // cache-…, private-cache-…, presence-cache-…: last event first
  friend bool operator==(const ChannelKind&, const ChannelKind&) = default;
};

[[nodiscard]] ChannelKind channel_kind(std::string_view name);

}  // namespace river
