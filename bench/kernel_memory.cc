#include "kernel_memory.h"

#include <fstream>
#include <string>

#include <unistd.h>

namespace river::bench {
namespace {

std::int64_t number_after(const char* file, const std::string& line_start,
                          const std::string& word) {
  std::ifstream text(file);
  std::string next;
  bool in_line = line_start.empty();
  while (text >> next) {
    if (next == line_start) in_line = true;
    std::int64_t number = 0;
    if (in_line && next == word && text >> number) return number;
  }
  return 0;
}

}  // namespace

KernelMemory KernelMemory::now() {
  return {.slab_bytes = number_after("/proc/meminfo", "", "Slab:") * 1024,
          .socket_buffer_bytes =
              number_after("/proc/net/sockstat", "TCP:", "mem") * ::sysconf(_SC_PAGESIZE)};
}

}  // namespace river::bench
