// PublishRate: how many publications a second backends may make over HTTP. A request that comes
// before a second's are used up is taken whole, whatever its size: what it has too many is taken
// off the seconds that follow.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/clock.h"

namespace river::api {

class PublishRate {
 public:
  // May a request come in? 0 a second: always.
  [[nodiscard]] bool allows(std::uint32_t per_second, TimePoint now) {
    if (per_second == 0) return true;
    const std::int64_t second = now.time_since_epoch().count() / 1000;
    const std::uint64_t earned = static_cast<std::uint64_t>(second - second_) * per_second;
    used_ = earned >= used_ ? 0 : used_ - earned;
    second_ = second;
    return used_ < per_second;
  }

  // An event to a channel, or to a user, is one.
  void count(std::size_t publications) { used_ += publications; }

  // After how many seconds it allows again.
  [[nodiscard]] seconds wait(std::uint32_t per_second) const {
    return seconds(per_second == 0 ? 0 : used_ / per_second);
  }

 private:
  std::int64_t second_ = 0;
  std::uint64_t used_ = 0;  // of this second, and in advance
};

}  // namespace river::api
