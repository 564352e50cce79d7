// A bare WebSocket server that sends to all its clients what one of them sends: what the adapter
// `echo` measures if no other server is named.
#pragma once

namespace river::bench {

// Serves for ever. `faulty` loses and doubles some deliveries, so that a test can see the client
// notice.
[[noreturn]] void serve_echo(int listener, bool faulty);

}  // namespace river::bench
