#include "process_usage.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <fmt/format.h>

namespace river::bench {
namespace {

int entries_in(const std::string& directory) {
  std::error_code error;
  int count = 0;
  const std::filesystem::directory_iterator entries(directory, error);
  for (auto entry = begin(entries); entry != end(entries); entry.increment(error)) ++count;
  return count;
}

}  // namespace

double cpu_seconds_of(pid_t pid) {
  // In nanoseconds, a line a thread.
  double total = 0;
  std::error_code error;
  const std::filesystem::directory_iterator tasks(fmt::format("/proc/{}/task", pid), error);
  for (auto task = begin(tasks); task != end(tasks); task.increment(error)) {
    std::ifstream file(task->path() / "schedstat");
    double nanoseconds = 0;
    if (file >> nanoseconds) total += nanoseconds / 1e9;
  }
  return total;
}

std::uint64_t private_bytes_of(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/smaps_rollup", pid));
  std::string word;
  std::uint64_t bytes = 0;
  while (file >> word) {
    if (word == "Private_Clean:" || word == "Private_Dirty:") {
      std::uint64_t kib = 0;
      file >> kib;
      bytes += kib * 1024;
    }
  }
  return bytes;
}

int threads_of(pid_t pid) {
  return entries_in(fmt::format("/proc/{}/task", pid));
}

int descriptors_of(pid_t pid) {
  return entries_in(fmt::format("/proc/{}/fd", pid));
}

}  // namespace river::bench
