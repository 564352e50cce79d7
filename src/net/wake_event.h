// WakeEvent: an eventfd by which any thread wakes the loop that polls it.
#pragma once

namespace river::net {

class WakeEvent {
 public:
  WakeEvent();  // throws std::system_error when descriptors have run out: made while starting up
  WakeEvent(const WakeEvent&) = delete;
  WakeEvent& operator=(const WakeEvent&) = delete;
  ~WakeEvent();

  // Readable from `signal` until `clear`.
  [[nodiscard]] int fd() const { return fd_; }
  void signal() const;
  void clear() const;

 private:
  int fd_;
};

}  // namespace river::net
