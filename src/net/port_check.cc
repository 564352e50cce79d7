#include "net/port_check.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "net/file_descriptor.h"

namespace river::net {

std::expected<void, std::string> check_port_is_free(const Address& address) {
  const SocketAddress where = address.socket_address();
  const FileDescriptor socket(::socket(where.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) return {};  // listening will say why
  const int on = 1;
  // Past connections that are not quite over do not matter, those who listen do.
  static_cast<void>(::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
  if (where.storage.ss_family == AF_INET6) {
    static_cast<void>(::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on));
  }
  if (::bind(socket.get(), where.get(), where.size) == 0 || errno != EADDRINUSE) return {};
  return std::unexpected(
      fmt::format("cannot listen on {}: {}; end the process that does, or choose another port",
                  address.text(), std::strerror(errno)));
}

}  // namespace river::net
