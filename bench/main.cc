// river-bench: measures a river from outside, both sides pinned to cores of their own.
//
//   river-bench fanout --subscribers 5000 --in-flight 16
#include <CLI/CLI.hpp>

#include "scenarios.h"

int main(int argc, char** argv) {
  using namespace river::bench;  // tidy: allow
  Options options;
  CLI::App app("Measures River");
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("--river", options.river, "the program to measure");
  app.add_option("--send-batch", options.send_batch, "auto, sendmsg or io_uring");
  app.add_option("--subscribers", options.subscribers, "clients");
  app.add_option("--in-flight", options.in_flight, "publications at a time");
  app.add_option("--wire-bytes", options.wire_bytes, "length of one event's frame");
  app.add_option("--seconds", options.seconds, "how long to measure");
  app.add_option("--workers", options.workers, "loops of the server");
  app.add_option("--server-core", options.server_core, "-1: any");
  app.add_option("--client-core", options.client_core, "-1: any");
  app.add_option("--connections", options.connections, "of publishers");
  app.add_option("--batch", options.batch, "messages a request");
  app.add_flag("--pipelined", options.pipelined, "auth and subscribe together with the handshake");
  app.add_flag("--same-user", options.same_user, "all clients are one user");
  app.add_subcommand("fanout", "one channel, many subscribers")->callback([&] {
    run_fanout(options);
  });
  app.add_subcommand("ceiling", "the same by the kernel alone")->callback([&] {
    run_ceiling(options);
  });
  app.add_subcommand("publish", "HTTP only")->callback([&] { run_publish(options); });
  app.add_subcommand("connect", "clients that come")->callback([&] { run_connect(options); });
  app.add_subcommand("idle", "clients that stay")->callback([&] { run_idle(options); });
  CLI11_PARSE(app, argc, argv);
  return 0;
}
