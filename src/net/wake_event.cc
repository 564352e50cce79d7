#include "net/wake_event.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <sys/eventfd.h>

namespace river::net {

std::expected<WakeEvent, std::string> WakeEvent::make() {
  FileDescriptor descriptor(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!descriptor.is_open()) {
    return std::unexpected(fmt::format("eventfd: {}", std::strerror(errno)));
  }
  return WakeEvent(std::move(descriptor));
}

void WakeEvent::signal() const {
  // Fails only when the counter is full, and then the event is set already.
  [[maybe_unused]] const int result = ::eventfd_write(fd(), 1);
}

void WakeEvent::clear() const {
  eventfd_t count = 0;
  [[maybe_unused]] const int result = ::eventfd_read(fd(), &count);  // fails when it was clear
}

}  // namespace river::net
