// Dialect: how events look on the wire for one kind of subscriber (WebSocket text, the same
// deflated, Server-Sent Events). The hub asks for each form once a chunk, and only if somebody
// wants it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/shared_bytes.h"
#include "broker/broker.h"

namespace river::hub {

class Dialect {
 public:
  virtual ~Dialect() = default;
  [[nodiscard]] virtual SharedBytes events(std::string_view channel, Epoch epoch,
                                           std::span<const broker::Publication> events) = 0;
  // Those that one subscriber catches up with. It pays for them with one message, so they are to be
  // had without much work.
  [[nodiscard]] virtual SharedBytes events_for_one(std::string_view channel, Epoch epoch,
                                                   std::span<const broker::Publication> events) {
    return this->events(channel, epoch, events);
  }
  [[nodiscard]] virtual SharedBytes presence(std::string_view channel,
                                             const broker::PresenceChange& change) = 0;
  // An event for a user, outside of any channel.
  [[nodiscard]] virtual SharedBytes user_event(const broker::EventBytes& content) = 0;
};

using DialectIndex = std::uint8_t;
inline constexpr std::size_t dialects_max = 16;
using DialectTable = std::array<std::unique_ptr<Dialect>, dialects_max>;

// One chunk in as many forms as were asked for.
using ChunkForms = std::array<SharedBytes, dialects_max>;

}  // namespace river::hub
