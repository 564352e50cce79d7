// neighbours: a small channel while a large one is busy. Does the fan-out of the one hold up the
// other?
#include <algorithm>

#include <fmt/format.h>

#include "arena.h"
#include "latency_figures.h"
#include "machine.h"
#include "open_loop.h"
#include "result.h"
#include "scenarios.h"
#include "stopwatch.h"

namespace river::bench {
namespace {

constexpr int small_clients = 20;
constexpr double small_rate = 200;  // publications a second
constexpr const char* large_channel = "bench-large";

// The small channel; the clients of the large one only read.
class Neighbours : public OpenLoop {
 public:
  using OpenLoop::OpenLoop;

 protected:
  [[nodiscard]] bool counts(const Client& client) const override {
    return client.identity().user < small_clients;
  }
};

}  // namespace

void run_neighbours(const Options& options) {
  make_room_for(options.subscribers + small_clients);
  Arena arena(options);
  const std::string channel = "bench";
  arena.fill(small_clients, channel);  // the first users
  arena.fill(options.subscribers, large_channel);
  const std::string large_data = arena.data_for(large_channel);
  Result result("neighbours", options);
  result.parameter("subscribers", options.subscribers);
  result.parameter("wire_bytes", options.wire_bytes);
  result.parameter("large_publications_per_second", options.rate);
  Neighbours small(arena, channel, arena.data_for(channel), small_rate);
  std::uint64_t large_published = 0;
  for (int repeat = 0; repeat < options.repeats; ++repeat) {
    small.catch_up();
    small.restart_latencies();
    small.run_for(options.seconds);
    add_latencies(result, "latency_alone_milliseconds", small.latencies());

    small.restart_latencies();
    Pacer large(options.rate);
    const Stopwatch watch(arena.server.pid());
    const std::uint64_t end =
        steady_nanoseconds() + static_cast<std::uint64_t>(options.seconds * 1e9);
    while (steady_nanoseconds() < end) {
      const int due = large.take();
      if (due > 0) arena.publisher.publish(large_channel, large_data, due);
      large_published += static_cast<std::uint64_t>(due);
      small.turn(large.nanoseconds_left());
    }
    const double seconds = watch.seconds();
    add_latencies(result, "latency_beside_large_milliseconds", small.latencies());
    result.figure("publish_lateness_milliseconds_p99", small.lateness().milliseconds_at(0.99), 3);
    result.figure("server_busy_share", watch.server_cpu_seconds() / seconds, 3);
    result.figure("client_busy_share", watch.client_cpu_seconds() / seconds, 3);
    watch.note(result);
  }
  arena.crowd.finish(channel, small.last_offset());
  arena.crowd.finish(large_channel, large_published);
  result.tally = arena.crowd.tally();
  result.print(fmt::format(
      "{} clients beside a channel of {}: p50 {} ms, p99 {} ms, max {} ms; alone p50 "
      "{} ms, p99 {} ms",
      small_clients, options.subscribers, result.text("latency_beside_large_milliseconds_p50"),
      result.text("latency_beside_large_milliseconds_p99"),
      result.text("latency_beside_large_milliseconds_max"),
      result.text("latency_alone_milliseconds_p50"),
      result.text("latency_alone_milliseconds_p99")));
}

}  // namespace river::bench
