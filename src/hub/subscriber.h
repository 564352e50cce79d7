// Subscriber: whoever listens to channels of a hub: a session, or a test. The hub keeps the list of
// its subscriptions inside it, so that leaving a channel is O(1) from both ends.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <boost/container/small_vector.hpp>

#include "base/connection_id.h"
#include "base/position.h"
#include "base/shared_bytes.h"
#include "broker/broker.h"
#include "hub/dialect.h"

namespace river::hub {

class Channel;
struct User;

struct SubscribeOptions {
  std::optional<Position> since;
  std::uint32_t rewind = 0;
  bool members = false;
  std::optional<broker::Member> join;
  std::uint64_t request = 0;  // the client's id of the command, for the answer
};

// What a subscriber is told when it is in; live events follow from `position` on.
struct SubscribeAnswer {
  std::uint64_t request = 0;
  Position position;
  std::optional<bool> recovered;                // only if it asked with `since`
  std::span<const broker::Publication> events;  // before the live ones, oldest first
  const broker::MemberPage* members = nullptr;  // null: it did not ask
};

struct Subscription {
  static constexpr std::uint32_t waiting = UINT32_MAX;
  Channel* channel = nullptr;
  std::uint32_t listener = waiting;  // its place in the channel's array
};

class Subscriber {
 public:
  Subscriber() = default;
  Subscriber(const Subscriber&) = delete;
  Subscriber& operator=(const Subscriber&) = delete;
  virtual ~Subscriber() = default;

  // Live bytes in this subscriber's dialect. Must only queue: the hub is in the midst of a fan-out.
  virtual void deliver(const SharedBytes& chunk) = 0;
  virtual void on_subscribed(const Channel& channel, const SubscribeAnswer& answer) = 0;
  // The subscription is gone again.
  virtual void on_subscribe_failed(std::string_view channel, std::uint64_t request,
                                   broker::BrokerError error) = 0;
  // Events were lost on the way here: the stream goes on from `position`, what was before is
  // unknown.
  virtual void on_resync(const Channel& channel, Position position) = 0;
  // All connections of its user are to close.
  virtual void on_disconnect() = 0;

  // ── kept by the hub ──
  boost::container::small_vector<Subscription, 1> subscriptions;
  ConnectionId connection = 0;
  User* user = nullptr;
  Subscriber* next_of_user = nullptr;
  Subscriber* previous_of_user = nullptr;
  DialectIndex dialect = 0;
};

}  // namespace river::hub
