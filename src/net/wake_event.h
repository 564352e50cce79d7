// WakeEvent: an eventfd by which any thread wakes the loop that polls it.
#pragma once

#include <expected>
#include <string>
#include <utility>

#include "net/file_descriptor.h"

namespace river::net {

class WakeEvent {
 public:
  [[nodiscard]] static std::expected<WakeEvent, std::string> make();

  // Readable from `signal` until `clear`.
  [[nodiscard]] int fd() const { return descriptor_.get(); }
  void signal() const;
  void clear() const;

 private:
  explicit WakeEvent(FileDescriptor descriptor) : descriptor_(std::move(descriptor)) {}

  FileDescriptor descriptor_;
};

}  // namespace river::net
