// Alarm: a timerfd that wakes the loop that polls it. A time limit given to epoll_wait would be set
// and taken back each time that the loop sleeps; this one is set when what is due next changes.
// It is polled edge-triggered, so nobody has to read it. Thread: its loop's.
#pragma once

#include <expected>
#include <string>
#include <utility>

#include "base/clock.h"
#include "net/file_descriptor.h"

namespace river::net {

class Alarm {
 public:
  [[nodiscard]] static std::expected<Alarm, std::string> make();

  [[nodiscard]] int fd() const { return descriptor_.get(); }
  // Rings at `when`, which is to come, or earlier if it was set to that before.
  void ensure(TimePoint when, TimePoint now);

 private:
  explicit Alarm(FileDescriptor descriptor) : descriptor_(std::move(descriptor)) {}

  FileDescriptor descriptor_;
  TimePoint set_to_ = TimePoint::min();
};

}  // namespace river::net
