#include <algorithm>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "client_frame.h"
#include "sample_data.h"
#include "websocket/deflate.h"
#include "websocket/frame_writer.h"
#include "websocket/message_reader.h"

namespace river::bench {
namespace {

class CountingSink final : public websocket::MessageSink {
 public:
  [[nodiscard]] bool on_message(websocket::Opcode /*kind*/, std::string_view payload) override {
    bytes += payload.size();
    return true;
  }
  [[nodiscard]] bool on_ping(std::string_view /*payload*/) override { return true; }
  [[nodiscard]] bool on_pong(std::string_view /*payload*/) override { return true; }
  void on_close(std::uint16_t /*code*/, std::string_view /*reason*/) override {}

  std::size_t bytes = 0;
};

void frame_reader(benchmark::State& state) {
  const std::string frame =
      client_frame(std::string(static_cast<std::size_t>(state.range(0)), 'x'));
  std::vector<char> bytes(frame.size());
  websocket::MessageReader reader;
  websocket::Inflater inflater;
  CountingSink sink;
  const websocket::ReaderOptions options;
  for (auto _ : state) {
    std::ranges::copy(frame, bytes.begin());  // it is unmasked in place
    if (reader.feed(bytes, options, inflater, sink)) state.SkipWithError("refused");
  }
  benchmark::DoNotOptimize(sink.bytes);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(frame.size()));
}
BENCHMARK(frame_reader)->ArgName("bytes")->Arg(16)->Arg(150)->Arg(16'000);

void frame_writer(benchmark::State& state) {
  const std::string payload(static_cast<std::size_t>(state.range(0)), 'x');
  std::string out;
  for (auto _ : state) {
    out.clear();
    websocket::append_frame(out, websocket::Opcode::text, payload);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(frame_writer)->ArgName("bytes")->Arg(16)->Arg(150)->Arg(16'000);

void deflate(benchmark::State& state) {
  const std::string json = sample_data(static_cast<std::size_t>(state.range(0)), true);
  websocket::Deflater deflater;
  for (auto _ : state) benchmark::DoNotOptimize(deflater.compress(json, 15));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(json.size()));
}
BENCHMARK(deflate)->ArgName("bytes")->Arg(2048)->Arg(64'000);

void inflate(benchmark::State& state) {
  const std::string json = sample_data(static_cast<std::size_t>(state.range(0)), true);
  websocket::Deflater deflater;
  websocket::Inflater inflater;
  const std::string compressed = deflater.compress(json, 15);
  for (auto _ : state) benchmark::DoNotOptimize(inflater.inflate(compressed, 1'000'000));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(json.size()));
}
BENCHMARK(inflate)->ArgName("bytes")->Arg(2048)->Arg(64'000);

}  // namespace
}  // namespace river::bench
