// Time as River uses it. Logic never reads a clock: it is told `now`.
#pragma once

#include <chrono>
#include <cstdint>

namespace river {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Steady milliseconds since the machine started; never jumps. For timeouts.
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, milliseconds>;

// Seconds since 1970 (NumericDate of RFC 7519 §2). For token claims and history on disk.
using UnixSeconds = std::int64_t;

[[nodiscard]] inline TimePoint steady_now() {
  return std::chrono::time_point_cast<milliseconds>(std::chrono::steady_clock::now());
}

// For latency histograms only.
[[nodiscard]] inline std::uint64_t steady_nanoseconds() {
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

[[nodiscard]] inline UnixSeconds unix_now() {
  return std::chrono::duration_cast<seconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace river
