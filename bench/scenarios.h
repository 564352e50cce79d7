// The scenarios, each prints one JSON object and returns.
#pragma once

#include "options.h"

namespace river::bench {

// Closed loop: `in_flight` publications at a time to one channel with `subscribers`.
void run_fanout(const Options& options);
// The same number of bytes to as many sockets by a bare program, without protocol.
void run_ceiling(const Options& options);
// HTTP publications over `connections`, each with one request under way, to a channel that nobody
// hears.
void run_publish(const Options& options);
// Clients one after the other: connect, authenticate, subscribe.
void run_connect(const Options& options);
// Memory of `subscribers` idle, authenticated clients with one subscription each.
void run_idle(const Options& options);

}  // namespace river::bench
