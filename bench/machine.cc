#include "machine.h"

#include <string>

#include <fmt/format.h>
#include <sched.h>
#include <sys/resource.h>

#include "fail.h"

namespace river::bench {
namespace {

// Beside its clients: publishers, epoll, the standard streams, files that are looked at.
constexpr int descriptors_of_its_own = 60;

cpu_set_t own_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  ::sched_getaffinity(0, sizeof set, &set);
  return set;
}

}  // namespace

void pin_to_core(int core) {
  static const cpu_set_t at_start = own_cores();
  cpu_set_t set;
  CPU_ZERO(&set);
  if (core >= 0) CPU_SET(static_cast<std::size_t>(core), &set);
  if (::sched_setaffinity(0, sizeof set, core < 0 ? &at_start : &set) == 0) return;
  std::string there;
  for (std::size_t i = 0; i < CPU_SETSIZE; ++i) {
    if (CPU_ISSET(i, &at_start)) there += fmt::format("{}{}", there.empty() ? "" : ", ", i);
  }
  fail(
      fmt::format("core {} cannot be used; there are: {}. Choose by --server-core and "
                  "--client-core; -1 is any",
                  core, there));
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
