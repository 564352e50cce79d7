#include <algorithm>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

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

std::string masked_frame(std::size_t payload_bytes) {
  std::string frame;
  websocket::append_frame(frame, websocket::Opcode::text, std::string(payload_bytes, 'x'));
  const std::size_t header = frame.size() - payload_bytes;
  frame[1] = static_cast<char>(static_cast<unsigned char>(frame[1]) | 0x80U);
  const std::string mask = "\x12\x34\x56\x78";
  for (std::size_t i = 0; i < payload_bytes; ++i) {
    frame[header + i] = static_cast<char>(frame[header + i] ^ mask[i % 4]);
  }
  frame.insert(header, mask);
  return frame;
}

void frame_reader(benchmark::State& state) {
  const std::string frame = masked_frame(static_cast<std::size_t>(state.range(0)));
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

std::string json_of(std::size_t bytes) {
  std::string json = "[";
  for (int i = 0; json.size() < bytes; ++i) {
    json += R"({"id":)" + std::to_string(i * 7919) + R"(,"name":"dog","tail":true},)";
  }
  json.back() = ']';
  return json;
}

void deflate(benchmark::State& state) {
  const std::string json = json_of(static_cast<std::size_t>(state.range(0)));
  websocket::Deflater deflater;
  for (auto _ : state) benchmark::DoNotOptimize(deflater.compress(json, 15));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(json.size()));
}
BENCHMARK(deflate)->ArgName("bytes")->Arg(2048)->Arg(64'000);

void inflate(benchmark::State& state) {
  const std::string json = json_of(static_cast<std::size_t>(state.range(0)));
  websocket::Deflater deflater;
  websocket::Inflater inflater;
  const std::string compressed = deflater.compress(json, 15);
  for (auto _ : state) benchmark::DoNotOptimize(inflater.inflate(compressed, 1'000'000));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(json.size()));
}
BENCHMARK(inflate)->ArgName("bytes")->Arg(2048)->Arg(64'000);

}  // namespace
}  // namespace river::bench
