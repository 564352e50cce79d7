// slow-readers: some clients stop reading. The server must close them; what do the others notice?
//
// The slow ones have a second channel with large events, so that the buffers between them and the
// server are full after a few seconds. Before, they read those.
#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "arena.h"
#include "base/clock.h"
#include "fail.h"
#include "latency_figures.h"
#include "machine.h"
#include "open_loop.h"
#include "result.h"
#include "scenarios.h"
#include "server_metrics.h"
#include "stopwatch.h"

namespace river::bench {
namespace {

constexpr int slow_receive_bytes = 4096;  // of the socket, so that it is full soon
constexpr std::string_view slow_channel = "bench-large";
constexpr double look_seconds = 0.25;
constexpr double patience_seconds = 60;
constexpr double end_seconds = 10;  // for what a slow client still reads at the end

class Readers : public OpenLoop {
 public:
  Readers(Arena& arena, const std::string& channel, const std::string& data, double rate,
          std::size_t slow)
      : OpenLoop(arena, channel, data, rate), slow_(slow) {}

  // How the slow ones ended: close codes; 1006 is a reset.
  [[nodiscard]] const std::map<int, int>& closed() const { return closed_; }
  [[nodiscard]] int closed_count() const {
    int count = 0;
    for (const auto& [code, clients] : closed_) count += clients;
    return count;
  }

  void on_closed(Client& client, int code) override {
    if (!is_slow(client)) {
      fail(fmt::format("the server closed client {}, which reads: {}", client.identity().user,
                       code));
    }
    ++closed_[code];
  }

 protected:
  [[nodiscard]] bool counts(const Client& client) const override { return !is_slow(client); }

 private:
  [[nodiscard]] bool is_slow(const Client& client) const {
    return static_cast<std::size_t>(client.identity().user) < slow_;
  }

  std::size_t slow_;
  std::map<int, int> closed_;
};

std::vector<std::string> settings_of(const Options& options) {
  if (options.outbox_seconds == 0) return {};
  return {"--limits-outbox-age-max", fmt::format("{}ms", options.outbox_seconds * 1000)};
}

// The slow ones first.
void fill(Arena& arena, const Options& options, std::size_t slow, const std::string& channel) {
  for (int i = 0; i < options.subscribers; ++i) {
    std::vector<std::string> channels = {channel};
    if (static_cast<std::size_t>(i) < slow) channels.emplace_back(slow_channel);
    arena.crowd.add({.user = i}, channels);
  }
  ClientListener nobody;
  for (std::size_t i = 0; i < slow; ++i) {
    Client& client = arena.crowd[i];
    arena.crowd.start_slow(client, slow_receive_bytes);
    while (client.state() != Client::State::open) arena.crowd.turn(1'000'000'000, nobody);
  }
  arena.crowd.open_from(slow);
}

// Until the server has closed all that are slow, and at least for `seconds`.
double run_until_closed(OpenLoop& loop, ServerMetrics& metrics, double slow, double seconds) {
  const std::uint64_t start = steady_nanoseconds();
  const auto elapsed = [start] { return static_cast<double>(steady_nanoseconds() - start) / 1e9; };
  double closed_after = 0;
  while (elapsed() < seconds || (closed_after == 0 && elapsed() < patience_seconds)) {
    loop.run_for(look_seconds);
    metrics.ask();
    if (closed_after == 0 && metrics.value("river_outbox_overflows_total") >= slow) {
      closed_after = elapsed();
    }
  }
  return closed_after;
}

// How many slow ones were not closed.
std::size_t measure(const Options& options, std::size_t slow, Result& result) {
  Arena arena(options, settings_of(options));
  ServerMetrics metrics(arena.crowd);
  const std::string channel = "bench";
  fill(arena, options, slow, channel);
  Readers readers(arena, channel, arena.data_for(channel), options.rate, slow);
  readers.accompany(std::string(slow_channel),
                    arena.data_for(slow_channel, options.slow_wire_bytes));
  readers.run_for(options.seconds);
  add_latencies(result, "latency_before_milliseconds", readers.latencies());
  readers.restart_latencies();

  for (std::size_t i = 0; i < slow; ++i) arena.crowd.stop_reading(arena.crowd[i]);
  const Stopwatch watch(arena.server.pid());
  const double closed_after =
      run_until_closed(readers, metrics, static_cast<double>(slow), options.seconds);
  add_latencies(result, "latency_with_slow_milliseconds", readers.latencies());
  result.figure("slow_closed_after_seconds", closed_after, 2);
  watch.note(result);

  // What the slow ones find when they look again.
  for (std::size_t i = 0; i < slow; ++i) arena.crowd.go_on_reading(arena.crowd[i]);
  const std::uint64_t start = steady_nanoseconds();
  while (readers.closed_count() < static_cast<int>(slow) &&
         steady_nanoseconds() - start < static_cast<std::uint64_t>(end_seconds * 1e9)) {
    readers.turn(100'000'000);
  }
  const auto closed_with = [&](int code) {
    const auto place = readers.closed().find(code);
    return place == readers.closed().end() ? 0 : place->second;
  };
  result.figure("slow_closed_with_4430", closed_with(4430));
  result.figure("slow_closed_by_reset", closed_with(1006));
  const std::size_t not_closed = slow - static_cast<std::size_t>(readers.closed_count());
  result.figure("slow_not_closed", static_cast<double>(not_closed));
  arena.crowd.finish(channel, readers.last_offset());
  result.tally.add(arena.crowd.tally());
  return not_closed;
}

}  // namespace

void run_slow_readers(const Options& options) {
  make_room_for(options.subscribers);
  const auto slow =
      std::clamp<std::size_t>(static_cast<std::size_t>(options.slow_share * options.subscribers), 1,
                              static_cast<std::size_t>(options.subscribers) - 1);
  Result result("slow-readers", options);
  result.parameter("clients", options.subscribers);
  result.parameter("slow", slow);
  result.parameter("publications_asked_per_second", options.rate);
  result.parameter("wire_bytes", options.wire_bytes);
  result.parameter("slow_wire_bytes", options.slow_wire_bytes);
  std::size_t not_closed = 0;
  for (int repeat = 0; repeat < options.repeats; ++repeat) {
    not_closed += measure(options, slow, result);
  }
  result.print(
      fmt::format("{} of {} clients stop reading: the others' p99 is {} ms before, {} ms with "
                  "them; closed after {} s, {} of them with 4430",
                  slow, options.subscribers, result.text("latency_before_milliseconds_p99"),
                  result.text("latency_with_slow_milliseconds_p99"),
                  result.text("slow_closed_after_seconds"), result.text("slow_closed_with_4430")),
      not_closed > 0 ? "clients that do not read were not closed" : "");
}

}  // namespace river::bench
