// river-delivery: the delivery path without sockets, for callgrind to count:
//
//   valgrind --tool=callgrind --instr-atstart=no build/release/river-delivery 5000 20
//
// Only the publications are counted, neither the start nor the subscribing. Prints how many
// deliveries they were.
#include <cstdlib>
#include <string>

#include <fmt/format.h>
#include <valgrind/callgrind.h>

#include "micro/audience.h"

int main(int argc, char** argv) {
  const int listeners = argc > 1 ? std::atoi(argv[1]) : 5000;
  const int publications = argc > 2 ? std::atoi(argv[2]) : 20;
  if (listeners < 1 || publications < 1) {
    fmt::print(stderr, "usage: river-delivery [listeners] [publications]\n");
    return 2;
  }
  river::bench::Audience audience(static_cast<std::size_t>(listeners));
  const std::string data = '"' + std::string(100, 'x') + '"';
  audience.publish(data);  // what is allocated once
  audience.flush();
  CALLGRIND_START_INSTRUMENTATION;
  for (int i = 0; i < publications; ++i) {
    audience.publish(data);
    audience.flush();
  }
  CALLGRIND_STOP_INSTRUMENTATION;
  fmt::print("{}\n", listeners * publications);
  return 0;
}
