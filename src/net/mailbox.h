// Mailbox: messages from any thread to one loop. Bounded; order is kept per producer.
//
// A producer wakes the loop only when it puts the first message into an empty box: whoever finds
// messages there knows that the wake-up is on its way. So a busy loop is woken once a drain, not
// once a message. A mutex is enough: with a producer and the consumer at full speed a message costs
// 14 ns, wake-ups and all (400 messages a drain), a hundredth of what its delivery costs.
//
// Borrows: nothing. Owns: two vectors that grow to the largest burst and are then reused.
// Thread:  drain: the consumer's; all else: any.
// Limits:  `messages_max` waiting, and as many being drained; push() may go over.
#pragma once

#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "net/wake_event.h"

namespace river::net {

template <typename Message>
class Mailbox {
 public:
  Mailbox(std::size_t messages_max, WakeEvent wake)
      : messages_max_(messages_max), wake_(std::move(wake)) {}

  // False, with `message` left as it was, when the box is full: the consumer is overloaded, and the
  // caller decides what is dropped.
  [[nodiscard]] bool try_push(Message&& message) {
    bool was_empty = false;
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.size() >= messages_max_) return false;
      was_empty = waiting_.empty();
      waiting_.push_back(std::move(message));
    }
    if (was_empty) wake_.signal();
    return true;
  }

  // Takes the message also over the bound: for what follows from messages that were let in, so that
  // its number is bounded by theirs.
  void push(Message&& message) {
    bool was_empty = false;
    {
      const std::lock_guard lock(mutex_);
      was_empty = waiting_.empty();
      waiting_.push_back(std::move(message));
    }
    if (was_empty) wake_.signal();
  }

  [[nodiscard]] bool full() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size() >= messages_max_;
  }

  // Gives every waiting message to `receive(Message&&)` and returns how many there were. Those that
  // come meanwhile, also from `receive`, are for the next drain, and wake.
  template <typename Receive>
  std::size_t drain(Receive receive) {
    RIVER_ASSERT(draining_.empty());
    // Cleared first: a message that comes after the swap must leave its wake-up behind.
    wake_.clear();
    {
      const std::lock_guard lock(mutex_);
      std::swap(waiting_, draining_);
    }
    for (Message& message : draining_) receive(std::move(message));
    const std::size_t count = draining_.size();
    draining_.clear();
    return count;
  }

  // Readable while a drain has something to do.
  [[nodiscard]] int wake_fd() const { return wake_.fd(); }

 private:
  const std::size_t messages_max_;
  mutable std::mutex mutex_;
  std::vector<Message> waiting_;   // guarded by mutex_
  std::vector<Message> draining_;  // the consumer's
  WakeEvent wake_;
};

}  // namespace river::net
