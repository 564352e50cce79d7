#include "net/timer_wheel.h"

#include <algorithm>
#include <bit>

namespace river::net {
namespace {

constexpr std::size_t word_bits = 64;
static_assert(std::has_single_bit(TimerWheel::slots_max) && TimerWheel::slots_max >= word_bits);

std::int64_t tick_at(TimePoint time) {
  return time.time_since_epoch() / TimerWheel::tick;
}

// The first tick that begins at or after `time`.
std::int64_t tick_after(TimePoint time) {
  return tick_at(time + TimerWheel::tick - milliseconds{1});
}

std::size_t slot_of(std::int64_t tick) {
  return static_cast<std::size_t>(tick) % TimerWheel::slots_max;
}

}  // namespace

void Timer::unlink() {
  previous_->next_ = next_;
  next_->previous_ = previous_;
  previous_ = next_ = this;
}

void Timer::insert_before(Timer& other) {
  previous_ = other.previous_;
  next_ = &other;
  previous_->next_ = this;
  other.previous_ = this;
}

TimerWheel::TimerWheel(TimePoint now) : current_tick_(tick_at(now)) {}

void TimerWheel::schedule(Timer& timer, TimePoint deadline) {
  timer.unlink();
  timer.deadline_ = deadline;
  const std::size_t slot = slot_of(std::max(tick_after(deadline), current_tick_ + 1));
  timer.insert_before(slots_[slot]);
  used_[slot / word_bits] |= std::uint64_t{1} << (slot % word_bits);
}

// Moves all of the slots that have been passed to `due_` before any callback runs, so that
// callbacks meet a wheel at rest.
void TimerWheel::collect(TimePoint now) {
  RIVER_ASSERT(!due_.scheduled());  // advance called from a callback
  const Tick now_tick = tick_at(now);
  const Tick passed = std::min<Tick>(now_tick - current_tick_, slots_max);
  for (Tick i = passed - 1; i >= 0; --i) {
    const std::size_t slot = slot_of(now_tick - i);
    used_[slot / word_bits] &= ~(std::uint64_t{1} << (slot % word_bits));
    Timer& head = slots_[slot];
    if (!head.scheduled()) continue;
    // Puts the whole circle in front of due_, then takes its head out.
    Timer* last = head.previous_;
    last->next_ = &due_;
    head.previous_ = due_.previous_;
    due_.previous_->next_ = &head;
    due_.previous_ = last;
    head.unlink();
  }
  current_tick_ = std::max(current_tick_, now_tick);
}

Timer* TimerWheel::take_due(TimePoint now) {
  while (due_.scheduled()) {
    Timer* timer = due_.next_;
    if (timer->deadline_ <= now) {
      timer->unlink();
      return timer;
    }
    schedule(*timer, timer->deadline_);  // a later revolution's
  }
  return nullptr;
}

std::optional<milliseconds> TimerWheel::next_due_hint(TimePoint now) {
  while (const auto slot = first_used_from(slot_of(current_tick_ + 1))) {
    if (!slots_[*slot].scheduled()) {  // its timers were cancelled
      used_[*slot / word_bits] &= ~(std::uint64_t{1} << (*slot % word_bits));
      continue;
    }
    const std::size_t distance = (*slot + slots_max - slot_of(current_tick_ + 1)) % slots_max;
    const TimePoint due{tick * (current_tick_ + 1 + static_cast<Tick>(distance))};
    return std::max(due - now, milliseconds{0});
  }
  return std::nullopt;
}

// The first slot with its bit set, going round from `slot`.
std::optional<std::size_t> TimerWheel::first_used_from(std::size_t slot) const {
  const std::size_t first_word = slot / word_bits;
  const std::uint64_t from_slot = ~std::uint64_t{0} << (slot % word_bits);
  for (std::size_t i = 0; i <= used_.size(); ++i) {
    const std::size_t word = (first_word + i) % used_.size();
    std::uint64_t bits = used_[word];
    if (i == 0) bits &= from_slot;
    if (bits != 0) return word * word_bits + static_cast<std::size_t>(std::countr_zero(bits));
  }
  return std::nullopt;
}

}  // namespace river::net
