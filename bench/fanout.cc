// fanout: closed loop: `in_flight` publications at a time to one channel with many subscribers.
#include <fmt/format.h>

#include "arena.h"
#include "machine.h"
#include "result.h"
#include "scenarios.h"
#include "stopwatch.h"

namespace river::bench {
namespace {

constexpr int warm_up_rounds = 20;

}  // namespace

void run_fanout(const Options& options) {
  make_room_for(options.subscribers);
  Arena arena(options);
  const std::string channel = "bench";
  arena.fill(options.subscribers, channel);
  const std::string data = arena.data_for(channel);
  const std::uint64_t deliveries_a_round = static_cast<std::uint64_t>(options.subscribers) *
                                           static_cast<std::uint64_t>(options.in_flight);

  std::uint64_t expected = 0;
  const auto round = [&] {
    arena.publisher.publish(channel, data, options.in_flight);
    expected += deliveries_a_round;
    return arena.crowd.receive(expected);
  };

  Result result("fanout", options);
  result.parameter("subscribers", options.subscribers);
  result.parameter("in_flight", options.in_flight);
  result.parameter("wire_bytes", options.wire_bytes);
  result.parameter("deflate", options.deflate);
  bool whole = true;
  for (int i = 0; whole && i < warm_up_rounds; ++i) whole = round();
  for (int repeat = 0; whole && repeat < options.repeats; ++repeat) {
    const Stopwatch watch(arena.server.pid());
    std::uint64_t rounds = 0;
    for (; whole && watch.seconds() < options.seconds; ++rounds) whole = round();
    const double seconds = watch.seconds();
    const double cpu = watch.server_cpu_seconds();
    const auto deliveries = static_cast<double>(rounds * deliveries_a_round);
    result.figure("deliveries_per_second", deliveries / seconds);
    result.figure("cpu_microseconds_per_delivery", cpu * 1e6 / deliveries, 3);
    result.figure("deliveries_per_cpu_second", deliveries / cpu);
    result.figure("rounds", static_cast<double>(rounds));
    watch.note(result);
  }
  // The first publication of a channel has offset 1.
  arena.crowd.finish(channel, arena.publisher.published());
  result.tally = arena.crowd.tally();
  result.print(fmt::format("{} deliveries/s to {} subscribers, {} in flight; {} µs CPU each",
                           result.text("deliveries_per_second"), options.subscribers,
                           options.in_flight, result.text("cpu_microseconds_per_delivery")),
               arena.problem());
}

}  // namespace river::bench
