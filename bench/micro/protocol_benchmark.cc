#include <string>

#include <benchmark/benchmark.h>

#include "protocol/command_parser.h"
#include "protocol/events.h"
#include "protocol/publish_request_parser.h"
#include "sample_data.h"

namespace river::bench {
namespace {

void parse_command(benchmark::State& state) {
  const std::string command =
      R"({"type":"subscribe","id":7,"channel":"dogs","since":{"epoch":"8f3a","offset":41}})";
  protocol::CommandParser parser;
  for (auto _ : state) benchmark::DoNotOptimize(parser.parse(command));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(parse_command);

void parse_publish(benchmark::State& state) {
  const std::string body =
      R"({"channel":"dogs","eventName":"new-post","data":{"id":41,"title":"Rex is back"}})";
  protocol::PublishRequestParser parser;
  for (auto _ : state) benchmark::DoNotOptimize(parser.parse_short(body));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(parse_publish);

void parse_batch_of_100(benchmark::State& state) {
  std::string body = R"({"messages":[)";
  for (int i = 0; i < 100; ++i) {
    body += i == 0 ? "" : ",";
    body += R"({"channel":"dogs","event":"new-post","data":{"id":41,"title":"Rex is back"}})";
  }
  body += "]}";
  protocol::PublishRequestParser parser;
  for (auto _ : state) benchmark::DoNotOptimize(parser.parse_batch(body));
  state.SetItemsProcessed(state.iterations() * 100);
}
BENCHMARK(parse_batch_of_100);

void encode_event(benchmark::State& state) {
  const std::string data = sample_data(102, false);
  std::string out;
  for (auto _ : state) {
    out.clear();
    protocol::append_event(out, {"dogs", "new-post", data, 123456});
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(encode_event);

}  // namespace
}  // namespace river::bench
