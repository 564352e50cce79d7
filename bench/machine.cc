#include "machine.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <sched.h>
#include <sys/resource.h>

#include "fail.h"

namespace river::bench {
namespace {

// Beside its clients: publishers, epoll, the standard streams, files that are looked at.
constexpr int descriptors_of_its_own = 60;

}  // namespace

void pin_to_core(int core) {
  if (core < 0) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(core), &set);
  if (::sched_setaffinity(0, sizeof set, &set) != 0) {
    fail(fmt::format("cannot use core {}: {}", core, std::strerror(errno)));
  }
}

void make_room_for(int sockets) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  const auto possible = static_cast<long long>(files.rlim_max) - descriptors_of_its_own;
  if (sockets > possible) {
    fail(
        fmt::format("{} clients are too many: a process may open {} files here, the server like "
                    "this one, which leaves room for {} clients",
                    sockets, files.rlim_max, possible));
  }
}

}  // namespace river::bench
