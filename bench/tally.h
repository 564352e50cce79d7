// Tally: what was received, and what was wrong with it. Every client counts into the one of its
// crowd.
#pragma once

#include <cstdint>

namespace river::bench {

struct Tally {
  std::uint64_t events = 0;
  std::uint64_t lost = 0;
  std::uint64_t doubled = 0;
  std::uint64_t reordered = 0;

  [[nodiscard]] bool right() const { return lost == 0 && doubled == 0 && reordered == 0; }
  void add(const Tally& other) {
    events += other.events;
    lost += other.lost;
    doubled += other.doubled;
    reordered += other.reordered;
  }
};

}  // namespace river::bench
