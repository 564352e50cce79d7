#include "net/alarm.h"

#include <cerrno>
#include <chrono>
#include <cstring>

#include <fmt/format.h>
#include <sys/timerfd.h>

#include "base/assert.h"

namespace river::net {

std::expected<Alarm, std::string> Alarm::make() {
  FileDescriptor descriptor(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
  if (!descriptor.is_open()) {
    return std::unexpected(fmt::format("timerfd_create: {}", std::strerror(errno)));
  }
  return Alarm(std::move(descriptor));
}

void Alarm::ensure(TimePoint when, TimePoint now) {
  if (set_to_ > now && set_to_ <= when) return;
  set_to_ = when;
  // The steady clock is CLOCK_MONOTONIC.
  const auto whole = std::chrono::floor<seconds>(when.time_since_epoch());
  const std::chrono::nanoseconds rest = when.time_since_epoch() - whole;
  itimerspec times{};
  times.it_value.tv_sec = whole.count();
  times.it_value.tv_nsec = rest.count();
  RIVER_ASSERT(::timerfd_settime(fd(), TFD_TIMER_ABSTIME, &times, nullptr) == 0);
}

}  // namespace river::net
