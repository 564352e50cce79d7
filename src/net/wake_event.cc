#include "net/wake_event.h"

#include <cerrno>
#include <system_error>

#include <sys/eventfd.h>
#include <unistd.h>

namespace river::net {

WakeEvent::WakeEvent() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

WakeEvent::~WakeEvent() {
  ::close(fd_);
}

void WakeEvent::signal() const {
  // Fails only when the counter is full, and then the event is set already.
  [[maybe_unused]] const int result = ::eventfd_write(fd_, 1);
}

void WakeEvent::clear() const {
  eventfd_t count = 0;
  [[maybe_unused]] const int result = ::eventfd_read(fd_, &count);  // fails when it was clear
}

}  // namespace river::net
