// Stopwatch: time and CPU, of the server and of the bench itself, since it was made.
#pragma once

#include <cstdint>

#include "result.h"
#include "server_process.h"

namespace river::bench {

class Stopwatch {
 public:
  explicit Stopwatch(pid_t server);

  [[nodiscard]] double seconds() const;
  [[nodiscard]] double server_cpu_seconds() const;
  [[nodiscard]] double client_cpu_seconds() const;
  // Adds what was used, and looks at the server as it is now.
  void note(Result& result) const;

 private:
  pid_t server_;
  std::uint64_t start_;
  double server_cpu_start_;
  double client_cpu_start_;
};

}  // namespace river::bench
