// ServerProcess: a river started for one measurement, pinned to its core, seen from outside.
#pragma once

#include <cstdint>
#include <string>

#include <sys/types.h>

#include "options.h"

namespace river::bench {

class ServerProcess {
 public:
  explicit ServerProcess(const Options& options);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const std::string& api_key() const { return api_key_; }
  [[nodiscard]] const std::string& jwt_secret() const { return jwt_secret_; }

  // User and system time of all its threads, so far.
  [[nodiscard]] double cpu_seconds() const;
  // Private resident memory: what would come back if it ended.
  [[nodiscard]] std::uint64_t private_bytes() const;

 private:
  std::string directory_;
  std::string api_key_ = "benchmark-key-of-32-characters-0";
  std::string jwt_secret_ = "benchmark-secret-of-at-least-32-bytes-0123456789";
  pid_t pid_ = -1;
  std::uint16_t port_ = 0;
};

// Binds this thread, and what it starts, to one core.
void pin_to_core(int core);

[[noreturn]] void fail(const std::string& what);

}  // namespace river::bench
