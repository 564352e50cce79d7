// BareServer: a child process that serves sockets without any protocol, on the server's core: what
// the kernel gives.
#pragma once

#include <cstdint>
#include <functional>

#include <sys/types.h>

#include "net/file_descriptor.h"
#include "options.h"

namespace river::bench {

class BareServer {
 public:
  // `serve` gets a listening socket and the child's end of a control socket, which ends when the
  // bench has what it wants.
  BareServer(const Options& options, const std::function<void(int listener, int control)>& serve);
  ~BareServer();
  BareServer(const BareServer&) = delete;
  BareServer& operator=(const BareServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] pid_t pid() const { return pid_; }
  // This side's end of the control socket.
  [[nodiscard]] int control() const { return control_.get(); }

 private:
  net::FileDescriptor control_;
  std::uint16_t port_ = 0;
  pid_t pid_ = 0;
};

}  // namespace river::bench
