// connect: clients that come: connect, authenticate, subscribe.
#include <fmt/format.h>

#include "arena.h"
#include "fail.h"
#include "machine.h"
#include "result.h"
#include "scenarios.h"
#include "stopwatch.h"

namespace river::bench {
namespace {

constexpr int warm_up_clients = 200;

}  // namespace

void run_connect(const Options& options) {
  make_room_for(options.subscribers + warm_up_clients);
  Arena arena(options);
  if (options.pipelined == Pipelining::all && !arena.adapter->may_pipeline()) {
    fail(
        "this server closes who sends before its answer, so it takes no --pipelined all; but "
        "--pipelined after-open");
  }
  arena.fill(warm_up_clients, "bench");
  arena.crowd.clear();
  CrowdShared& shared = arena.crowd.shared();
  shared.pipelined = options.pipelined;
  shared.target.resume = options.tls_resume;

  Result result("connect", options);
  result.parameter("clients", options.subscribers);
  result.parameter("concurrency", options.concurrency);
  result.parameter("pipelined", name_of(options.pipelined));
  for (int repeat = 0; repeat < options.repeats; ++repeat) {
    ClientListener nobody;
    for (int i = 0; i < options.subscribers; ++i) {
      arena.crowd.add({.user = options.same_user ? 0 : i}, {"bench"});
    }
    shared.tls_resumed = 0;
    const Stopwatch watch(arena.server.pid());
    arena.crowd.open_from(0, options.concurrency, nobody);
    const double seconds = watch.seconds();
    result.figure("clients_per_second", options.subscribers / seconds);
    result.figure("cpu_microseconds_per_client",
                  watch.server_cpu_seconds() * 1e6 / options.subscribers, 1);
    if (options.tls) {
      result.figure("tls_resumed_share",
                    static_cast<double>(shared.tls_resumed) / options.subscribers, 3);
    }
    watch.note(result);
    arena.crowd.clear();
  }
  result.tally = arena.crowd.tally();
  result.print(fmt::format("{} clients/s, {}{} at a time; {} µs CPU each",
                           result.text("clients_per_second"),
                           options.pipelined == Pipelining::none
                               ? ""
                               : fmt::format("pipelined ({}), ", name_of(options.pipelined)),
                           options.concurrency, result.text("cpu_microseconds_per_client")));
}

}  // namespace river::bench
