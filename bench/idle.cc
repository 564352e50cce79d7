// idle: what a client costs that only stays: authenticated, with one subscription.
#include <fmt/format.h>

#include "arena.h"
#include "kernel_memory.h"
#include "machine.h"
#include "process_usage.h"
#include "result.h"
#include "scenarios.h"
#include "stopwatch.h"

namespace river::bench {
namespace {

// So that what a server needs once, it has already.
constexpr int warm_up_clients = 500;

constexpr double default_ping_seconds = 25;

void measure(const Options& options, Result& result) {
  std::vector<std::string> settings;
  if (options.ping_seconds > 0) {
    settings = {"--ping-interval", fmt::format("{}ms", options.ping_seconds * 1000)};
  }
  Arena arena(options, settings);
  arena.fill(warm_up_clients, "bench");
  const std::uint64_t process_before = private_bytes_of(arena.server.pid());
  const KernelMemory kernel_before = KernelMemory::now();
  arena.fill(options.subscribers, "bench");
  const KernelMemory kernel_after = KernelMemory::now();
  const std::uint64_t process_after = private_bytes_of(arena.server.pid());
  const double clients = options.subscribers;
  result.figure(
      "process_bytes_per_client",
      (static_cast<double>(process_after) - static_cast<double>(process_before)) / clients);
  result.figure("kernel_slab_bytes_per_connection_both_ends",
                static_cast<double>(kernel_after.slab_bytes - kernel_before.slab_bytes) / clients);
  result.figure(
      "kernel_buffer_bytes_per_connection_both_ends",
      static_cast<double>(kernel_after.socket_buffer_bytes - kernel_before.socket_buffer_bytes) /
          clients);
  // Of all: those of the warm-up are still there.
  result.figure("process_bytes", static_cast<double>(process_after));
  result.figure("connections", clients + warm_up_clients);

  arena.crowd.shared().pings = 0;
  const Stopwatch watch(arena.server.pid());
  const double all = clients + warm_up_clients;
  while (watch.seconds() < options.seconds) {
    arena.crowd.turn(static_cast<std::int64_t>((options.seconds - watch.seconds()) * 1e9) + 1);
  }
  const double cpu = watch.server_cpu_seconds();
  const auto pings = static_cast<double>(arena.crowd.shared().pings);
  result.figure("cpu_microseconds_per_client_and_second", cpu * 1e6 / all / watch.seconds(), 3);
  result.figure("pings_per_client", pings / all, 2);
  // Whatever the interval of this measurement is, so that a short one says what 25 s pings cost.
  if (pings > 0) {
    result.figure("cpu_microseconds_per_ping", cpu * 1e6 / pings, 2);
    result.figure("cpu_microseconds_per_client_and_second_at_25_second_pings",
                  cpu * 1e6 / pings / default_ping_seconds, 3);
  }
  watch.note(result);
  result.tally.add(arena.crowd.tally());
}

}  // namespace

void run_idle(const Options& options) {
  make_room_for(options.subscribers + warm_up_clients);
  Result result("idle", options);
  result.parameter("clients", options.subscribers);
  result.parameter("same_user", options.same_user);
  result.parameter("ping_seconds",
                   options.ping_seconds > 0 ? options.ping_seconds : default_ping_seconds);
  result.parameter("seconds", options.seconds);
  for (int repeat = 0; repeat < options.repeats; ++repeat) measure(options, result);
  result.print(fmt::format(
      "{} bytes of process memory a client, {} of the kernel for both ends; {} µs CPU a client and "
      "second",
      result.text("process_bytes_per_client"),
      result.text("kernel_slab_bytes_per_connection_both_ends"),
      result.text("cpu_microseconds_per_client_and_second")));
}

}  // namespace river::bench
