// For tests: stands in for fsync() in the whole program, and notes of what it was called. Include
// it in one file of a test program.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace river {

inline std::vector<std::string>& synced_paths() {
  static std::vector<std::string> paths;
  return paths;
}

}  // namespace river

// Not inline: it has to be there for the C library's callers.
extern "C" int fsync(int file) {
  std::array<char, 4096> path{};
  const ssize_t size =
      ::readlink(fmt::format("/proc/self/fd/{}", file).c_str(), path.data(), path.size());
  river::synced_paths().emplace_back(path.data(),
                                     static_cast<std::size_t>(std::max<ssize_t>(0, size)));
  return static_cast<int>(::syscall(SYS_fsync, file));
}
