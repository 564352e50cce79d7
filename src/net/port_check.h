// Loops share a port by SO_REUSEPORT, and so would two servers by mistake: each would get some of
// the clients.
#pragma once

#include <expected>
#include <string>

#include "net/address.h"

namespace river::net {

// An error if another process listens there. Asked before the first Listener is opened.
[[nodiscard]] std::expected<void, std::string> check_port_is_free(const Address& address);

}  // namespace river::net
