// For tests: stands in for fsync() in the whole program, and notes of what it was called. Include
// it in one file of a test program.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace river {

struct SyncedPaths {
  std::mutex mutex;
  std::vector<std::string> paths;
};
inline SyncedPaths& all_synced_paths() {
  static SyncedPaths paths;
  return paths;
}

// Since the last call.
inline std::vector<std::string> take_synced_paths() {
  const std::lock_guard lock(all_synced_paths().mutex);
  return std::exchange(all_synced_paths().paths, {});
}

}  // namespace river

// The linker has to prefer it to the C library's.
// NOLINTNEXTLINE(misc-definitions-in-headers): so it is not inline, and one file includes it
extern "C" int fsync(int file) {
  std::array<char, 4096> path{};
  const ssize_t size =
      ::readlink(fmt::format("/proc/self/fd/{}", file).c_str(), path.data(), path.size());
  {
    auto& all = river::all_synced_paths();
    const std::lock_guard lock(all.mutex);
    all.paths.emplace_back(path.data(), static_cast<std::size_t>(std::max<ssize_t>(0, size)));
  }
  return static_cast<int>(::syscall(SYS_fsync, file));
}
