// river-delivery: the delivery path without sockets, for callgrind to count:
//
//   valgrind --tool=callgrind --instr-atstart=no build/release/river-delivery 5000 20
//
// Only the publications are counted, neither the start nor the subscribing. Prints how many
// deliveries they were.
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <valgrind/callgrind.h>

#include "micro/audience.h"
#include "sample_data.h"

int main(int argc, char** argv) {
  int listeners = 5000;
  int publications = 20;
  CLI::App app("Delivers without sockets");
  app.add_option("listeners", listeners)->check(CLI::PositiveNumber);
  app.add_option("publications", publications)->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);

  river::bench::Audience audience(static_cast<std::size_t>(listeners));
  const std::string data = river::bench::sample_data(102, false);
  audience.publish(data);  // what is allocated once
  audience.flush();
  CALLGRIND_START_INSTRUMENTATION;
  std::size_t bytes = 0;
  for (int i = 0; i < publications; ++i) {
    audience.publish(data);
    bytes += audience.flush();
  }
  CALLGRIND_STOP_INSTRUMENTATION;
  const auto deliveries =
      static_cast<std::size_t>(listeners) * static_cast<std::size_t>(publications);
  if (bytes < deliveries * data.size()) {
    fmt::print(stderr, "not all was delivered: {} bytes\n", bytes);
    return 1;
  }
  fmt::print("{}\n", deliveries);
  return 0;
}
