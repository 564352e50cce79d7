// What a process uses, as seen from outside in /proc.
#pragma once

#include <cstdint>

#include <sys/types.h>

namespace river::bench {

// User and system time of all threads that it has now, so far.
[[nodiscard]] double cpu_seconds_of(pid_t pid);
// Private resident memory: what would come back if it ended.
[[nodiscard]] std::uint64_t private_bytes_of(pid_t pid);
[[nodiscard]] int threads_of(pid_t pid);
[[nodiscard]] int descriptors_of(pid_t pid);

}  // namespace river::bench
