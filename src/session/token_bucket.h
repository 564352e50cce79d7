// TokenBucket: at most `per_second` on the long run, and `burst` at once. 8 bytes.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/clock.h"

namespace river::session {

struct Rate {
  std::uint32_t per_second = 0;  // 0: no limit
  std::uint32_t burst = 0;
};

class TokenBucket {
 public:
  // More than that cannot be counted in thousandths; a larger burst is taken for this one.
  static constexpr std::uint32_t burst_max = UINT32_MAX / 1000;

  // Starts full. Time is in milliseconds and may wrap; a pause of over 49 days counts as none.
  [[nodiscard]] bool take(const Rate& rate, TimePoint now, std::uint32_t cost = 1) {
    if (rate.per_second == 0) return true;
    earn(rate, now);
    if (spent_ + std::uint64_t{cost} * 1000 > full(rate)) return false;
    spent_ += cost * 1000;
    return true;
  }

  // Takes as much of the cost as there is.
  void drain(const Rate& rate, TimePoint now, std::uint32_t cost) {
    if (rate.per_second == 0) return;
    earn(rate, now);
    spent_ = static_cast<std::uint32_t>(std::min(spent_ + std::uint64_t{cost} * 1000, full(rate)));
  }

  // What was taken and is not needed.
  void give_back(std::uint32_t cost) {
    spent_ -=
        static_cast<std::uint32_t>(std::min<std::uint64_t>(spent_, std::uint64_t{cost} * 1000));
  }

 private:
  [[nodiscard]] static std::uint64_t full(const Rate& rate) {
    return std::uint64_t{std::min(rate.burst, burst_max)} * 1000;
  }

  void earn(const Rate& rate, TimePoint now) {
    const auto time = static_cast<std::uint32_t>(now.time_since_epoch().count());
    const std::uint64_t earned =
        std::uint64_t{time - static_cast<std::uint32_t>(last_)} * rate.per_second;
    spent_ = earned >= spent_ ? 0 : static_cast<std::uint32_t>(spent_ - earned);
    last_ = time;
  }

  // In thousandths, so that slow rates earn something every millisecond.
  std::uint32_t spent_ = 0;
  std::uint32_t last_ = 0;
};

static_assert(sizeof(TokenBucket) == 8);

}  // namespace river::session
