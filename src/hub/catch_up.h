// CatchUp: what a channel keeps while it waits for a snapshot from the broker, for new listeners or
// to mend its own stream. Exists only then. Limits: the events kept are bounded by number; who
// needed one that was dropped asks again.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "broker/broker.h"
#include "hub/subscriber.h"

namespace river::hub {

// A subscriber whose snapshot is under way.
struct Waiter {
  std::uint64_t id = 0;  // unique in the hub: a late answer to one that left finds nobody
  Subscriber* subscriber = nullptr;
  std::uint32_t subscription = 0;
  std::uint32_t attempts = 0;
  SubscribeOptions options;
};

struct HeldPublication {
  Epoch epoch = 0;
  broker::Publication publication;
};

struct CatchUp {
  static constexpr std::size_t events_max = 4096;
  static constexpr std::size_t presence_changes_max = 256;
  static constexpr std::uint32_t attempts_max = 4;

  std::vector<Waiter> waiters;
  // Live events since the first waiter came: a snapshot may be older than the stream.
  std::deque<broker::Publication> recent;
  std::deque<std::shared_ptr<const broker::PresenceChange>> presence;
  // Publications that can't be handed on yet: the position is not known, or some before are
  // missing.
  std::deque<HeldPublication> held;
  // How many of `held` came before the repair was asked for: those of them that are of another
  // epoch than the answer are of an older one.
  std::size_t held_before_repair = 0;
  bool repairing = false;
  bool repair_failed = false;  // retry() asks again

  [[nodiscard]] bool done() const { return waiters.empty() && !repairing && held.empty(); }
};

}  // namespace river::hub
