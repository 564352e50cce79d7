// Pacer: when each publication of an open loop is due. It does not wait for anybody: what a slow
// server or client delays counts from when it was due (no coordinated omission).
#pragma once

#include <cstdint>

#include "base/clock.h"

namespace river::bench {

class Pacer {
 public:
  // The first is due at once.
  explicit Pacer(double per_second)
      : start_(steady_nanoseconds()), nanoseconds_each_(1e9 / per_second) {}

  // When the `number`th is due, counted from 0.
  [[nodiscard]] std::uint64_t due(std::uint64_t number) const {
    return start_ + static_cast<std::uint64_t>(static_cast<double>(number) * nanoseconds_each_);
  }
  // How many are due and were not taken before; takes them.
  [[nodiscard]] int take() {
    const std::uint64_t now = steady_nanoseconds();
    int count = 0;
    for (; due(taken_) <= now; ++taken_) ++count;
    return count;
  }
  // Takes one, due or not.
  void take_one() { ++taken_; }
  [[nodiscard]] std::uint64_t taken() const { return taken_; }
  // Until the next is due.
  [[nodiscard]] std::int64_t nanoseconds_left() const {
    const std::uint64_t now = steady_nanoseconds();
    return due(taken_) > now ? static_cast<std::int64_t>(due(taken_) - now) : 0;
  }

 private:
  std::uint64_t start_;
  double nanoseconds_each_;
  std::uint64_t taken_ = 0;
};

}  // namespace river::bench
