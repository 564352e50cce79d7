// KernelMemory: what the kernel itself holds, of the whole machine. Only the difference between two
// looks says something, and only while nothing else happens.
#pragma once

#include <cstdint>

namespace river::bench {

struct KernelMemory {
  std::int64_t slab_bytes = 0;           // structures: sockets, files, epoll entries
  std::int64_t socket_buffer_bytes = 0;  // bytes on their way in TCP

  [[nodiscard]] static KernelMemory now();
};

}  // namespace river::bench
