// TimerWheel: very many timeouts, few of which ever fire; all operations O(1). A hashed wheel
// (Varghese and Lauck, scheme 6): slot = tick of the deadline modulo the number of slots.
//
//   slots_   [0] ⇄ timer ⇄ timer ⇄ (back)       one circular list a slot, its head in the array
//            [1] (empty)
//            [2] ⇄ timer ⇄ (back)
//
// A timer lies in its slot until its deadline has passed; one that is further away than a
// revolution is passed over and looked at again a revolution later. Timers never fire early, and
// up to two ticks late.
//
// Borrows: the timers, which live inside their owners and leave by themselves when destroyed.
// Thread:  one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/assert.h"
#include "base/clock.h"

namespace river::net {

// A member or base of what times out. Its address identifies it, so it does not move.
class Timer {
 public:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() { unlink(); }

  [[nodiscard]] bool scheduled() const { return next_ != this; }
  [[nodiscard]] TimePoint deadline() const { return deadline_; }

 private:
  friend class TimerWheel;

  void unlink();
  void insert_before(Timer& other);

  Timer* previous_ = this;  // alone: a circle of one
  Timer* next_ = this;
  TimePoint deadline_;
};

static_assert(sizeof(Timer) == 24, "one or two of these stand in every connection");

class TimerWheel {
 public:
  // Fine enough for time limits in seconds, coarse enough that an idle loop sleeps.
  static constexpr milliseconds tick{64};
  // A revolution takes 65 s: longer than most time limits, so that few are looked at twice.
  static constexpr std::size_t slots_max = 1024;

  explicit TimerWheel(TimePoint now);

  // Schedules, or moves if it is scheduled already. A deadline that has passed is due at the next
  // tick: what is scheduled while `advance` runs never fires in the same call.
  void schedule(Timer& timer, TimePoint deadline);
  void cancel(Timer& timer) { timer.unlink(); }

  // Calls `on_due(Timer&)` for each timer whose deadline has passed, in no special order, and
  // returns how many there were. The timer is no longer scheduled then. The callback may schedule,
  // cancel and destroy any timer, also its own and those that are due next.
  template <typename OnDue>
  std::size_t advance(TimePoint now, OnDue on_due) {
    collect(now);
    std::size_t count = 0;
    while (Timer* timer = take_due(now)) {
      on_due(*timer);
      ++count;
    }
    return count;
  }

  // How long the loop may sleep before it must call `advance` again: never too long, at times too
  // short. Nothing when no timer is scheduled.
  [[nodiscard]] std::optional<milliseconds> next_due_hint(TimePoint now);

 private:
  using Tick = std::int64_t;

  void collect(TimePoint now);
  [[nodiscard]] Timer* take_due(TimePoint now);
  [[nodiscard]] std::optional<std::size_t> first_used_from(std::size_t slot) const;

  std::array<Timer, slots_max> slots_;
  std::array<std::uint64_t, slots_max / 64> used_{};  // a bit a slot; clear: surely empty
  Timer due_;                                         // collected and not yet looked at
  Tick current_tick_;                                 // all slots up to here have been collected
};

}  // namespace river::net
