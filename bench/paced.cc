// paced: open loop: publications at a fixed rate, and how long each takes to each subscriber.
#include <fmt/format.h>

#include "arena.h"
#include "fail.h"
#include "latency_figures.h"
#include "machine.h"
#include "open_loop.h"
#include "result.h"
#include "scenarios.h"
#include "stopwatch.h"

namespace river::bench {
namespace {

constexpr double warm_up_seconds = 0.5;

double rate_of(const Options& options) {
  if (options.paced_rate > 0) return options.paced_rate;
  if (options.deliveries_per_second <= 0) {
    fail("paced needs --rate, or --load of the --ceiling that `river-bench ceiling` has shown");
  }
  return options.load * options.deliveries_per_second / options.subscribers;
}

}  // namespace

void run_paced(const Options& options) {
  make_room_for(options.subscribers);
  const double rate = rate_of(options);
  Arena arena(options);
  const std::string channel = "bench";
  arena.fill(options.subscribers, channel);
  const std::string data = arena.data_for(channel);

  Result result("paced", options);
  result.parameter("subscribers", options.subscribers);
  result.parameter("wire_bytes", options.wire_bytes);
  result.parameter("deflate", options.deflate);
  result.parameter("publications_asked_per_second", rate);
  OpenLoop loop(arena, channel, data, rate);
  loop.run_for(warm_up_seconds);
  for (int repeat = 0; repeat < options.repeats; ++repeat) {
    loop.restart_latencies();
    const std::uint64_t published_before = loop.published();
    const Stopwatch watch(arena.server.pid());
    loop.run_for(options.seconds);
    const double seconds = watch.seconds();
    const auto published = static_cast<double>(loop.published() - published_before);
    const auto received = static_cast<double>(loop.latencies().count());
    add_latencies(result, "latency_milliseconds", loop.latencies());
    result.figure("publish_lateness_milliseconds_p99", loop.lateness().milliseconds_at(0.99), 3);
    result.figure("publications_per_second", published / seconds, 1);
    result.figure("deliveries_per_second", received / seconds);
    result.figure("server_busy_share", watch.server_cpu_seconds() / seconds, 3);
    result.figure("client_busy_share", watch.client_cpu_seconds() / seconds, 3);
    if (options.deliveries_per_second > 0) {
      // What one fan-out takes at the ceiling: the measure for the latency.
      const double fanout_milliseconds = options.subscribers * 1e3 / options.deliveries_per_second;
      result.figure("ceiling_fanout_milliseconds", fanout_milliseconds, 3);
      result.figure("latency_p99_per_ceiling_fanout",
                    loop.latencies().milliseconds_at(0.99) / fanout_milliseconds, 2);
    }
    watch.note(result);
  }
  arena.crowd.finish(channel, loop.last_offset());
  result.tally = arena.crowd.tally();
  result.print(
      fmt::format(
          "{} publications/s to {} subscribers: p50 {} ms, p99 {} ms, p99.9 {} ms, max {} ms",
          result.text("publications_per_second"), options.subscribers,
          result.text("latency_milliseconds_p50"), result.text("latency_milliseconds_p99"),
          result.text("latency_milliseconds_p999"), result.text("latency_milliseconds_max")),
      arena.problem());
}

}  // namespace river::bench
