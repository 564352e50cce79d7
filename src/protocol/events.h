// Encoders of all that the server says to a client: each appends one JSON object to `out`.
//
// Texts are UTF-8 and are escaped here; `data` and `info` are valid JSON and go out byte for byte.
// Optional fields that have nothing to say are left out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/connection_id.h"
#include "base/position.h"
#include "protocol/commands.h"
#include "protocol/errors.h"

namespace river::protocol {

inline constexpr std::string_view ping_message = R"({"type":"ping"})";
inline constexpr std::string_view pong_message = R"({"type":"pong"})";

void append_welcome(std::string& out, ConnectionId connection, seconds auth_timeout);

struct AuthenticatedAnswer {
  CommandId id;
  std::string_view user;                   // empty: anonymous
  std::optional<seconds> expires_in = {};  // none: the token does not expire
  seconds ping_interval;
};
void append_authenticated(std::string& out, const AuthenticatedAnswer& answer);

struct Member {
  std::string_view id;
  std::string_view info;  // JSON; empty: none
};

struct SubscribedAnswer {
  CommandId id;
  std::string_view channel;
  Position position;
  std::optional<bool> recovered = {};     // only if `since` was given
  std::optional<Offset> rewound_to = {};  // only if past events follow, and `since` was not given
  // Presence channels only:
  std::optional<std::span<const Member>> members = {};  // the first limits::members_listed_max
  std::size_t member_count = 0;
};
void append_subscribed(std::string& out, const SubscribedAnswer& answer);

struct Event {
  std::string_view channel;  // empty: sent to the user, not to a channel
  std::string_view event;
  std::string_view data;
  std::optional<Offset> offset = {};
};
void append_event(std::string& out, const Event& event);

// Joins and leaves of one moment, together; `left` are user ids.
struct PresenceNotice {
  std::string_view channel;
  std::span<const Member> joined;
  std::span<const std::string_view> left;
  std::size_t member_count = 0;
};
void append_presence(std::string& out, const PresenceNotice& notice);

void append_unsubscribed(std::string& out, CommandId id, std::string_view channel);
// The server ends a subscription.
void append_unsubscribed_because(std::string& out, std::string_view channel,
                                 std::string_view reason);

void append_ok(std::string& out, CommandId id, std::optional<Position> position = {});

// An empty message stands for the code's own. `channel`: which one it is about, for clients that
// get answers without an id.
void append_error(std::string& out, CommandId id, ErrorCode code, std::string_view message = {},
                  std::string_view channel = {});

struct HistoryEvent {
  std::string_view event;
  std::string_view data;
  Offset offset = 0;
  std::optional<UnixSeconds> time = {};
};
struct HistoryAnswer {
  CommandId id;
  std::string_view channel;
  Epoch epoch = 0;
  std::span<const HistoryEvent> events;  // newest first
  bool more = false;                     // there are older ones: ask `before` the last of these
};
void append_history(std::string& out, const HistoryAnswer& answer);

// The answer to the command `presence`. Its type is "members", as "presence" is the notice.
struct MembersAnswer {
  CommandId id;
  std::string_view channel;
  std::span<const Member> members;
  std::size_t member_count = 0;
  std::string_view next;  // ask `after` this for the next page; empty: this was the last
};
void append_members(std::string& out, const MembersAnswer& answer);

void append_reconnect(std::string& out, milliseconds after, std::string_view reason);

}  // namespace river::protocol
