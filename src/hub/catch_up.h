// CatchUp: what a channel keeps while it waits for a snapshot from the broker, for new listeners or
// to mend its own stream. Exists only then. Limits: the events kept are bounded by number; who
// needed one that was dropped asks again.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <vector>

#include "broker/broker.h"
#include "hub/subscriber.h"

namespace river::hub {

// Bounds what is kept of a stream, and how often one asks in vain.
struct CatchUpLimits {
  std::size_t events_max = 4096;
  std::size_t presence_changes_max = 256;
  std::uint32_t attempts_max = 4;
};

// Names a question to the broker, so that a late answer to one that nobody waits for any more finds
// nobody. Unique in the hub.
using QuestionId = std::uint64_t;
inline constexpr QuestionId no_question = 0;

// A subscriber that is to have a snapshot.
struct Waiter {
  QuestionId question = no_question;  // none: is to be asked when the channel is ready for it
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
  // In the order in which they were asked for, which is about that of the answers: so whoever is
  // looked for is among the first, however many wait (all of a large channel, after a restart).
  std::list<Waiter> waiters;
  // Live events since the first waiter came: a snapshot may be older than the stream.
  std::deque<broker::Publication> recent;
  std::vector<std::shared_ptr<const broker::PresenceChange>> presence;
  // Publications that can't be handed on yet: the position is not known, or some before are
  // missing.
  std::vector<HeldPublication> held;
  bool held_dropped = false;  // there were too many: what is missing is to be asked for
  // How many of `held` came before the repair was asked for: those of them that are of another
  // epoch than the answer are of an older one.
  std::size_t held_before_repair = 0;
  QuestionId repair = no_question;  // under way, or failed
  bool repair_failed = false;       // retry() asks again

  [[nodiscard]] bool done() const {
    return waiters.empty() && repair == no_question && held.empty();
  }
};

}  // namespace river::hub
