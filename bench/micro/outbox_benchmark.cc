#include <array>

#include <benchmark/benchmark.h>
#include <sys/uio.h>

#include "base/shared_bytes.h"
#include "net/outbox.h"

namespace river::bench {
namespace {

void outbox_push_gather_pop(benchmark::State& state) {
  const SharedBytes chunk(std::string(150, 'x'));
  const auto chunks = static_cast<std::size_t>(state.range(0));
  net::Outbox outbox;
  std::array<iovec, 64> iovecs;
  for (auto _ : state) {
    for (std::size_t i = 0; i < chunks; ++i) outbox.push(chunk);
    benchmark::DoNotOptimize(outbox.gather(iovecs));
    outbox.pop(chunks * chunk.view().size());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(outbox_push_gather_pop)->ArgName("chunks")->Arg(1)->Arg(16);

// A slow reader: each write takes less than a chunk.
void outbox_short_writes(benchmark::State& state) {
  const SharedBytes chunk(std::string(150, 'x'));
  net::Outbox outbox;
  std::array<iovec, 64> iovecs;
  for (auto _ : state) {
    outbox.push(chunk);
    while (!outbox.empty()) {
      benchmark::DoNotOptimize(outbox.gather(iovecs));
      outbox.pop(std::min<std::size_t>(outbox.bytes(), 40));
    }
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(outbox_short_writes);

}  // namespace
}  // namespace river::bench
