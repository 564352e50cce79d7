// Courier: how the memory brokers of one process reach each other. Between two loops messages
// arrive in the order they were sent. In the program it is made of the loops' mailboxes; in tests
// it is a simulation that delivers in any order the contract allows.
#pragma once

#include <cstddef>
#include <functional>

#include "broker/memory/home.h"

namespace river::broker {

class Courier {
 public:
  using Message = std::move_only_function<void()>;  // runs on the receiving loop

  virtual ~Courier() = default;
  // For messages that follow from what was let in before: always taken.
  virtual void send(std::size_t loop, Message message) = 0;
  // May `loop` be asked for something new?
  [[nodiscard]] virtual bool full(std::size_t loop) const = 0;
  // On the calling loop.
  virtual void call_at(TimePoint when, Message message) = 0;
  [[nodiscard]] virtual Now now() const = 0;
};

}  // namespace river::broker
