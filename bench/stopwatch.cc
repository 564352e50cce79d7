#include "stopwatch.h"

#include <sys/resource.h>

#include "base/clock.h"
#include "process_usage.h"

namespace river::bench {
namespace {

double own_cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

Stopwatch::Stopwatch(pid_t server)
    : server_(server),
      start_(steady_nanoseconds()),
      server_cpu_start_(cpu_seconds_of(server)),
      client_cpu_start_(own_cpu_seconds()) {}

double Stopwatch::seconds() const {
  return static_cast<double>(steady_nanoseconds() - start_) / 1e9;
}

double Stopwatch::server_cpu_seconds() const {
  return cpu_seconds_of(server_) - server_cpu_start_;
}

double Stopwatch::client_cpu_seconds() const {
  return own_cpu_seconds() - client_cpu_start_;
}

void Stopwatch::note(Result& result) const {
  result.server.cpu_seconds += server_cpu_seconds();
  result.server.private_bytes = private_bytes_of(server_);
  result.server.threads = threads_of(server_);
  result.client_cpu_seconds += client_cpu_seconds();
}

}  // namespace river::bench
