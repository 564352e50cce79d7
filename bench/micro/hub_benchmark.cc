// A publication's way through broker, hub, encoding and outboxes, without sockets.
#include <string>

#include <benchmark/benchmark.h>

#include "micro/audience.h"
#include "sample_data.h"

namespace river::bench {
namespace {

void hub_fan_out(benchmark::State& state) {
  const auto listeners = static_cast<std::size_t>(state.range(0));
  Audience audience(listeners);
  const std::string data = sample_data(102, false);
  for (auto _ : state) {
    for (int i = 0; i < state.range(1); ++i) audience.publish(data);
    benchmark::DoNotOptimize(audience.flush());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0) * state.range(1));
}
BENCHMARK(hub_fan_out)
    ->ArgNames({"listeners", "a_turn"})
    ->Args({1, 1})
    ->Args({100, 1})
    ->Args({5000, 1})
    ->Args({5000, 16})
    ->Args({19000, 1});

void hub_fan_out_deflated(benchmark::State& state) {
  Audience audience(1000, transport::deflate_dialect(15));
  const std::string data = sample_data(2000, true);
  for (auto _ : state) {
    audience.publish(data);
    benchmark::DoNotOptimize(audience.flush());
  }
  state.SetItemsProcessed(state.iterations() * 1000);
}
BENCHMARK(hub_fan_out_deflated);

// One of many channels, each with one listener: must not depend on how many there are.
void hub_publish_among_channels(benchmark::State& state) {
  Audience audience(1);
  std::vector<std::string> names;
  for (int i = 0; i < state.range(0); ++i) {
    names.push_back("channel-" + std::to_string(i));
    audience.add_channel(names.back());
  }
  std::size_t next = 0;
  for (auto _ : state) {
    // A stride, so that the caches hold what they hold in life.
    next = (next + 7919) % names.size();
    audience.publish(names[next], "1");
    benchmark::DoNotOptimize(audience.flush_channel(next));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(hub_publish_among_channels)->ArgName("channels")->Arg(10)->Arg(100'000);

void hub_subscribe_unsubscribe(benchmark::State& state) {
  Audience audience(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) audience.come_and_go();
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(hub_subscribe_unsubscribe)->ArgName("listeners")->Arg(10)->Arg(19000);

}  // namespace
}  // namespace river::bench
