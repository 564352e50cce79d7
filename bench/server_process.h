// ServerProcess: the server that is measured: a River started for this measurement and pinned to
// its core; or, with --port, one that runs already. Seen from outside.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

#include "bare_server.h"
#include "options.h"
#include "scratch_directory.h"

namespace river::bench {

class ServerProcess {
 public:
  // `settings` are further flags of River.
  explicit ServerProcess(const Options& options, const std::vector<std::string>& settings = {});
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] const std::string& api_key() const { return api_key_; }
  [[nodiscard]] const std::string& jwt_secret() const { return jwt_secret_; }

 private:
  void start(const Options& options, const std::vector<std::string>& settings);

  std::unique_ptr<BareServer> echo_;
  std::unique_ptr<ScratchDirectory> directory_;  // none: no River of ours
  std::string api_key_ = "benchmark-key-of-32-characters-0";
  std::string jwt_secret_ = "benchmark-secret-of-at-least-32-bytes-0123456789";
  pid_t pid_ = 0;
  std::uint16_t port_ = 0;
};

}  // namespace river::bench
