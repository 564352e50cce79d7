// resume-storm: all clients but a few lose their connection at once and come back, while
// publications go on. Each must get what it missed; how long does that take, and what do those
// notice that stayed?
#include <algorithm>

#include <fmt/format.h>

#include "arena.h"
#include "base/clock.h"
#include "fail.h"
#include "latency_figures.h"
#include "machine.h"
#include "open_loop.h"
#include "result.h"
#include "scenarios.h"
#include "stopwatch.h"

namespace river::bench {
namespace {

// Each start takes this side some 50 µs, in which it does not read.
constexpr int starts_a_turn = 16;
constexpr std::uint64_t patience_nanoseconds = 60'000'000'000;

class Storm : public OpenLoop {
 public:
  Storm(Arena& arena, const std::string& channel, const std::string& data, const Options& options)
      : OpenLoop(arena, channel, data, options.rate),
        crowd_(arena.crowd),
        concurrency_(static_cast<std::size_t>(options.return_concurrency)),
        stay_(std::clamp<std::size_t>(
            static_cast<std::size_t>(options.stay_share * options.subscribers), 1,
            static_cast<std::size_t>(options.subscribers) - 1)) {}

  // Cuts all but those that stay, and lets them come back, until the last is in.
  void run() {
    returns_.clear();
    for (std::size_t i = stay_; i < crowd_.size(); ++i) crowd_[i].cut();
    cut_at_ = steady_nanoseconds();
    back_ = stay_;
    for (std::size_t started = stay_; back_ < crowd_.size();) {
      for (int i = 0; i < starts_a_turn; ++i) {
        if (started == crowd_.size() || started - back_ == concurrency_) break;
        crowd_.start(crowd_[started++]);
      }
      turn(started < crowd_.size() && started - back_ < concurrency_ ? 0 : 100'000'000);
      if (steady_nanoseconds() - cut_at_ > patience_nanoseconds) {
        fail(fmt::format("{} clients are not back after a minute", crowd_.size() - back_));
      }
    }
  }
  [[nodiscard]] std::size_t stay() const { return stay_; }
  [[nodiscard]] std::size_t cut() const { return crowd_.size() - stay_; }
  // From the cut until each was in.
  [[nodiscard]] const Latencies& returns() const { return returns_; }

  void on_open(Client& /*client*/) override {
    ++back_;
    returns_.add(steady_nanoseconds() - cut_at_);
  }

 protected:
  [[nodiscard]] bool counts(const Client& client) const override {
    return static_cast<std::size_t>(client.identity().user) < stay_;
  }

 private:
  Crowd& crowd_;
  std::size_t concurrency_;
  std::size_t stay_;
  std::size_t back_ = 0;
  std::uint64_t cut_at_ = 0;
  Latencies returns_;
};

}  // namespace

void run_resume_storm(const Options& options) {
  if (options.subscribers < 2) fail("resume-storm needs 2 clients at least");
  make_room_for(options.subscribers);
  Arena arena(options, {"--history-events-max", std::to_string(options.history_events)});
  const std::string channel = "bench";
  for (int i = 0; i < options.subscribers; ++i) arena.crowd.add({.user = i}, {channel});
  arena.crowd.open_from(0);
  const std::string data = arena.data_for(channel);
  Storm storm(arena, channel, data, options);

  Result result("resume-storm", options);
  result.parameter("clients", options.subscribers);
  result.parameter("stay", storm.stay());
  result.parameter("concurrency", options.return_concurrency);
  result.parameter("publications_asked_per_second", options.rate);
  result.parameter("wire_bytes", options.wire_bytes);
  result.parameter("history_events", options.history_events);
  CrowdShared& shared = arena.crowd.shared();
  std::size_t not_told = 0;  // that they have all
  for (int repeat = 0; repeat < options.repeats; ++repeat) {
    storm.restart_latencies();
    storm.run_for(options.seconds);
    add_latencies(result, "stay_latency_before_milliseconds", storm.latencies());
    storm.restart_latencies();
    shared.recovered = shared.not_recovered = 0;
    const Stopwatch watch(arena.server.pid());
    storm.run();
    const double back = watch.seconds();
    storm.catch_up();
    result.figure("all_recovered_seconds", watch.seconds(), 3);
    result.figure("returns_per_second", static_cast<double>(storm.cut()) / back);
    add_latencies(result, "return_milliseconds", storm.returns());
    add_latencies(result, "stay_latency_storm_milliseconds", storm.latencies());
    result.figure("recovered", static_cast<double>(shared.recovered));
    result.figure("not_recovered", static_cast<double>(shared.not_recovered));
    result.figure("cpu_microseconds_per_return",
                  watch.server_cpu_seconds() * 1e6 / static_cast<double>(storm.cut()), 1);
    result.figure("server_busy_share", watch.server_cpu_seconds() / watch.seconds(), 3);
    result.figure("client_busy_share", watch.client_cpu_seconds() / watch.seconds(), 3);
    not_told += storm.cut() - std::min<std::size_t>(storm.cut(), shared.recovered);
    watch.note(result);
  }
  arena.crowd.finish(channel, storm.last_offset());
  result.tally = arena.crowd.tally();
  result.print(
      fmt::format("{} of {} clients cut, all recovered after {} s; those that stayed: p99 {} ms "
                  "before, {} ms during the storm",
                  storm.cut(), options.subscribers, result.text("all_recovered_seconds"),
                  result.text("stay_latency_before_milliseconds_p99"),
                  result.text("stay_latency_storm_milliseconds_p99")),
      not_told > 0 ? fmt::format("{} clients were not told that they have all events", not_told)
                   : "");
}

}  // namespace river::bench
