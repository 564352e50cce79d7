#include "bare_server.h"

#include <cstdlib>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"
#include "machine.h"

namespace river::bench {

BareServer::BareServer(const Options& options,
                       const std::function<void(int listener, int control)>& serve) {
  const net::FileDescriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (!listener.is_open() ||
      ::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::listen(listener.get(), 4096) != 0) {
    fail("cannot listen");
  }
  ::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  int pair[2];
  ::socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::close(pair[0]);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    pin_to_core(options.server_core);
    serve(listener.get(), pair[1]);
    std::_Exit(0);
  }
  ::close(pair[1]);
  control_ = net::FileDescriptor(pair[0]);
  pin_to_core(options.client_core);
}

BareServer::~BareServer() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

}  // namespace river::bench
