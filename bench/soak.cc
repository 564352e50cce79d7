// soak: everything at once, for long: publications at a fixed rate to a channel that all hear, to
// channels that nobody hears and that are ever new; clients that lose their connection or leave,
// and resume; rooms with members; and one client that never reads. Memory, descriptors and latency
// have to stay flat.
#include <algorithm>

#include <fmt/format.h>

#include "arena.h"
#include "base/clock.h"
#include "fail.h"
#include "machine.h"
#include "open_loop.h"
#include "process_usage.h"
#include "result.h"
#include "scenarios.h"
#include "server_metrics.h"
#include "stopwatch.h"
#include "trend.h"

namespace river::bench {
namespace {

constexpr int room_members = 50;
constexpr int samples = 20;
constexpr int slow_receive_bytes = 4096;
constexpr int slow_wire_bytes = 60'000;
constexpr double slow_seconds = 8;  // then it comes anew
constexpr const char* channel = "bench";
constexpr const char* slow_channel = "bench-large";
// Short, so that what ages has aged before the second half.
constexpr const char* history_age = "10s";

class Soak : public OpenLoop {
 public:
  Soak(const Options& options, Arena& arena, std::string data)
      : OpenLoop(arena, channel, std::move(data), options.rate),
        arena_(arena),
        steady_(static_cast<std::size_t>(options.subscribers) / 2),
        clients_(static_cast<std::size_t>(options.subscribers)),
        churn_(options.churn_per_second),
        strangers_(options.rate),
        slow_(arena.crowd[clients_]),
        next_(steady_) {
    start_slow();
  }

  void run_for(double seconds) {
    const std::uint64_t end = steady_nanoseconds() + static_cast<std::uint64_t>(seconds * 1e9);
    while (steady_nanoseconds() < end) {
      turn(std::min<std::int64_t>(churn_.nanoseconds_left(), 100'000'000));
      for (int due = churn_.take(); due > 0; --due) churn();
      for (int due = strangers_.take(); due > 0; --due) {
        arena_.publisher.publish(fmt::format("bench-stranger-{}", strangers_.taken()), "1");
      }
      if (steady_nanoseconds() - slow_since_ > static_cast<std::uint64_t>(slow_seconds * 1e9)) {
        slow_.cut();
        start_slow();
      }
    }
  }

  // Those that left and were sent back.
  [[nodiscard]] std::uint64_t churned() const { return churned_; }

  // Waits until all are in again.
  void settle() {
    const std::uint64_t start = steady_nanoseconds();
    for (std::size_t i = 0; i < clients_; ++i) {
      while (arena_.crowd[i].state() != Client::State::open) {
        turn(100'000'000);
        if (steady_nanoseconds() - start > 10'000'000'000) fail("clients do not get in again");
      }
    }
    slow_.cut();
    catch_up();
  }

  void on_open(Client& client) override {
    if (&client == &slow_) arena_.crowd.stop_reading(client);
  }

 protected:
  // Those that never leave.
  [[nodiscard]] bool counts(const Client& client) const override {
    return static_cast<std::size_t>(client.identity().user) < steady_;
  }

 private:
  // One leaves, with or without a goodbye, and is back at once.
  void churn() {
    Client& client = arena_.crowd[next_];
    const bool says_goodbye = next_ % 2 == 0;
    next_ = next_ + 1 < clients_ ? next_ + 1 : steady_;
    if (client.state() != Client::State::open) return;
    if (says_goodbye) {
      client.close();
    } else {
      client.cut();
    }
    arena_.crowd.start(client);
    ++churned_;
  }
  void start_slow() {
    slow_.forget();
    arena_.crowd.start_slow(slow_, slow_receive_bytes);
    slow_since_ = steady_nanoseconds();
  }

  Arena& arena_;
  std::size_t steady_;   // clients that stay are before this one
  std::size_t clients_;  // without the slow one, which is behind them
  Pacer churn_;
  std::uint64_t churned_ = 0;
  Pacer strangers_;
  Client& slow_;
  std::uint64_t slow_since_ = 0;
  std::size_t next_;
};

void fill(Arena& arena, int clients) {
  for (int i = 0; i < clients; ++i) {
    arena.crowd.add({.user = i, .grants = true},
                    {channel, fmt::format("presence-room-{}", i / room_members)});
  }
  arena.crowd.open_from(0);
  arena.crowd.add({.user = clients}, {slow_channel});
}

void sample(const Options& options, Arena& arena, Soak& soak, Result& result) {
  Trend memory;
  Trend descriptors;
  Trend latency;
  Trend busy;
  const std::uint64_t start = steady_nanoseconds();
  for (int i = 0; i < samples; ++i) {
    soak.restart_latencies();
    const Stopwatch watch(arena.server.pid());
    soak.run_for(options.seconds / samples);
    const double at = static_cast<double>(steady_nanoseconds() - start) / 1e9;
    memory.add(at, static_cast<double>(private_bytes_of(arena.server.pid())));
    descriptors.add(at, descriptors_of(arena.server.pid()));
    latency.add(at, soak.latencies().milliseconds_at(0.99));
    busy.add(at, watch.server_cpu_seconds() / watch.seconds());
  }
  memory.note(result, "private_bytes");
  descriptors.note(result, "descriptors");
  latency.note(result, "latency_p99_milliseconds", 3);
  busy.note(result, "server_busy_share", 4);
}

}  // namespace

void run_soak(const Options& options) {
  make_room_for(options.subscribers + 1);
  Arena arena(options, {"--history-age-max", history_age, "--history-events-max", "1000"});
  fill(arena, options.subscribers);
  Soak soak(options, arena, arena.data_for(channel));
  soak.accompany(slow_channel, arena.data_for(slow_channel, slow_wire_bytes));
  ServerMetrics metrics(arena.crowd);

  Result result("soak", options);
  result.parameter("clients", options.subscribers);
  result.parameter("seconds", options.seconds);
  result.parameter("publications_asked_per_second", options.rate);
  result.parameter("churn_asked_per_second", options.churn_per_second);
  const Stopwatch watch(arena.server.pid());
  sample(options, arena, soak, result);
  soak.settle();
  const CrowdShared& shared = arena.crowd.shared();
  metrics.ask();
  soak.run_for(0.5);
  result.figure("came_back", static_cast<double>(soak.churned()));
  result.figure("recovered", static_cast<double>(shared.recovered));
  result.figure("not_recovered", static_cast<double>(shared.not_recovered));
  result.figure("slow_readers_closed", metrics.value("river_outbox_overflows_total"));
  result.figure("pings", static_cast<double>(shared.pings));
  watch.note(result);
  soak.settle();
  arena.crowd.finish(channel, soak.last_offset());
  result.tally = arena.crowd.tally();
  result.print(
      fmt::format("{} s, {} clients came back; memory {} → {} bytes ({} an hour), descriptors {} → "
                  "{}, p99 {} → {} ms",
                  options.seconds, result.text("came_back"), result.text("private_bytes_first"),
                  result.text("private_bytes_last"), result.text("private_bytes_slope_per_hour"),
                  result.text("descriptors_first"), result.text("descriptors_last"),
                  result.text("latency_p99_milliseconds_first"),
                  result.text("latency_p99_milliseconds_last")),
      shared.not_recovered > 0 ? "some clients were told that they missed events" : "");
}

}  // namespace river::bench
