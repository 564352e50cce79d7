// The commands that a client sends over its connection, one JSON object a message.
//
// Every text is a view: see CommandParser for how long it lives. `id` is the client's own number
// for the command and comes back in the answer; a command without one is obeyed all the same and
// answered without `id`, except that a publish without one gets no `ok`.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "base/limits.h"
#include "base/position.h"

namespace river::protocol {

using CommandId = std::optional<std::uint64_t>;  // at most 2^53 - 1, as JavaScript counts

struct Auth {
  CommandId id;
  std::string_view token;
};

// At most one of `since` and `rewind`.
struct Subscribe {
  CommandId id;
  std::string_view channel;
  std::optional<Position> since = {};        // resume after this event
  std::optional<std::uint32_t> rewind = {};  // start with the last so many events
};

struct Unsubscribe {
  CommandId id;
  std::string_view channel;
};

struct Publish {
  CommandId id;
  std::string_view channel;
  std::string_view event;
  std::string_view data;            // valid JSON, byte for byte as it came
  std::string_view publication_id;  // empty: none; else published once in five minutes
};

struct History {
  CommandId id;
  std::string_view channel;
  std::uint32_t limit = limits::history_page_default;
  std::optional<Offset> before = {};  // only events of a smaller offset
};

struct Presence {
  CommandId id;
  std::string_view channel;
  std::uint32_t limit = limits::members_listed_max;
  std::string_view after;  // `next` of the page before; empty: from the start
};

struct Ping {};
struct Pong {};

using Command = std::variant<Auth, Subscribe, Unsubscribe, Publish, History, Presence, Ping, Pong>;

}  // namespace river::protocol
