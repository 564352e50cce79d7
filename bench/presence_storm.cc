// presence-storm: River's founding load test. Clients come at a fixed rate, each subscribes to one
// presence channel, so that all others are told; once all are there, each subscribes to a second
// channel and leaves, of which all others are told, too.
#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "arena.h"
#include "base/clock.h"
#include "machine.h"
#include "pacer.h"
#include "presence_crowd.h"
#include "result.h"
#include "scenarios.h"
#include "stopwatch.h"

namespace river::bench {
namespace {

constexpr const char* channel = "presence-storm";
constexpr const char* second_channel = "bench-second";
// How long a window is, unless there are fewer than so many.
constexpr double window_seconds = 10;
constexpr std::uint64_t windows_min = 5;
// Longer than any time in which the server gathers joins and leaves.
constexpr std::uint64_t quiet_nanoseconds = 1'500'000'000;
constexpr std::uint64_t patience_nanoseconds = 120'000'000'000;

// What was seen, each a second, while one part of the clients came or left.
struct Windows {
  std::vector<double> steps;  // joins, or leaves
  std::vector<double> messages;
  std::vector<double> notices;
  std::vector<double> server_busy;
};

class Storm {
 public:
  Storm(const Options& options, Arena& arena)
      : arena_(arena),
        clients_(static_cast<std::uint64_t>(options.subscribers)),
        presence_(arena.crowd, options.subscribers, channel, second_channel) {}

  // All come; or all leave but `stay`.
  Windows join(double per_second) {
    return run(per_second, clients_, presence_.counts().joins,
               [this](std::uint64_t due) { presence_.join(due); });
  }
  Windows leave(double per_second, std::uint64_t stay) {
    return run(per_second, clients_ - stay, presence_.counts().leaves,
               [this](std::uint64_t) { presence_.leave(); });
  }
  // Until no list and no notice has come for a while. Pings go on for ever.
  void wait_for_quiet() {
    const PresenceCounts& counts = presence_.counts();
    std::uint64_t last = steady_nanoseconds();
    std::uint64_t before = 0;
    while (steady_nanoseconds() - last < quiet_nanoseconds) {
      const std::uint64_t now = counts.messages + counts.listed;
      if (now != before) last = steady_nanoseconds();
      before = now;
      arena_.crowd.turn(100'000'000, presence_);
    }
  }
  [[nodiscard]] PresenceCrowd& presence() { return presence_; }

 private:
  template <typename Step>
  Windows run(double per_second, std::uint64_t count, const std::uint64_t& done, Step step) {
    // By steps, not by time, so that the last one reaches to the end, where the load is highest.
    const auto long_ones =
        static_cast<std::uint64_t>(static_cast<double>(count) / per_second / window_seconds);
    const std::uint64_t parts = std::min(std::max(long_ones, windows_min), count);
    // The next number of steps, after `done`, at which a part of them is complete.
    const auto end_of_part = [&] {
      return ((done * parts / count + 1) * count + parts - 1) / parts;
    };
    Windows windows;
    if (count == 0) return windows;
    std::uint64_t end = end_of_part();
    Pacer pacer(per_second);
    const std::uint64_t start = steady_nanoseconds();
    Stopwatch watch(arena_.server.pid());
    std::uint64_t done_before = done;
    PresenceCounts before = presence_.counts();
    while (done < count) {
      while (pacer.taken() < count && pacer.due(pacer.taken()) <= steady_nanoseconds()) {
        step(pacer.due(pacer.taken()));
        pacer.take_one();
      }
      const std::int64_t wait = pacer.taken() < count ? pacer.nanoseconds_left() : 100'000'000;
      arena_.crowd.turn(std::min<std::int64_t>(wait, 100'000'000), presence_);
      const std::uint64_t now = steady_nanoseconds();
      if (now - start > static_cast<std::uint64_t>(static_cast<double>(count) / per_second * 1e9) +
                            patience_nanoseconds) {
        note(windows, watch, static_cast<double>(done - done_before), before);
        break;
      }
      if (done < end) continue;
      note(windows, watch, static_cast<double>(done - done_before), before);
      watch = Stopwatch(arena_.server.pid());
      done_before = done;
      before = presence_.counts();
      end = end_of_part();
    }
    return windows;
  }

  void note(Windows& windows, const Stopwatch& watch, double steps, const PresenceCounts& before) {
    const double seconds = watch.seconds();
    const PresenceCounts& now = presence_.counts();
    const std::uint64_t notices = now.join_notices + now.leave_notices;
    windows.steps.push_back(steps / seconds);
    windows.messages.push_back(static_cast<double>(now.messages - before.messages) / seconds);
    windows.notices.push_back(
        static_cast<double>(notices - before.join_notices - before.leave_notices) / seconds);
    windows.server_busy.push_back(watch.server_cpu_seconds() / seconds);
  }

  Arena& arena_;
  std::uint64_t clients_;
  PresenceCrowd presence_;
};

void add_windows(Result& result, const std::string& step, const Windows& windows) {
  if (windows.steps.empty()) return;
  result.figure(step + "s_per_second_slowest_window", *std::ranges::min_element(windows.steps), 1);
  result.figure(step + "s_per_second_last_window", windows.steps.back(), 1);
  result.figure(step + "_messages_per_second_peak", *std::ranges::max_element(windows.messages));
  result.figure(step + "_notices_per_second_peak", *std::ranges::max_element(windows.notices));
  result.figure(step + "_server_busy_share_peak", *std::ranges::max_element(windows.server_busy),
                3);
  result.series(step + "s_per_second_by_window", windows.steps, 1);
  result.series(step + "_messages_per_second_by_window", windows.messages);
  result.series(step + "_notices_per_second_by_window", windows.notices);
  result.series(step + "_server_busy_share_by_window", windows.server_busy, 3);
}

std::uint64_t measure(const Options& options, Result& result) {
  Arena arena(options);
  Storm storm(options, arena);
  const PresenceCounts& counts = storm.presence().counts();
  const auto clients = static_cast<std::uint64_t>(options.subscribers);
  const Stopwatch watch(arena.server.pid());
  add_windows(result, "join", storm.join(options.joins_per_second));
  const Latencies& latencies = storm.presence().join_latencies();
  result.figure("join_milliseconds_p50", latencies.milliseconds_at(0.5), 3);
  result.figure("join_milliseconds_p99", latencies.milliseconds_at(0.99), 3);
  result.figure("join_milliseconds_max", latencies.milliseconds_max(), 3);
  storm.wait_for_quiet();
  const std::uint64_t wrong_at_peak = storm.presence().wrong_views();

  const std::uint64_t stay = std::max<std::uint64_t>(clients / 100, 1);
  add_windows(result, "leave",
              storm.leave(options.leaves_per_second > 0 ? options.leaves_per_second
                                                        : options.joins_per_second,
                          stay));
  storm.wait_for_quiet();
  const std::uint64_t wrong_at_end = storm.presence().wrong_views();
  result.figure("joined", static_cast<double>(counts.joins));
  result.figure("left", static_cast<double>(counts.leaves));
  result.figure("presence_messages", static_cast<double>(counts.messages));
  result.figure("join_notices", static_cast<double>(counts.join_notices));
  result.figure("leave_notices", static_cast<double>(counts.leave_notices));
  result.figure("members_listed", static_cast<double>(counts.listed));
  result.figure("wrong_views_at_peak", static_cast<double>(wrong_at_peak));
  result.figure("wrong_views_at_end", static_cast<double>(wrong_at_end));
  result.figure("client_busy_share", watch.client_cpu_seconds() / watch.seconds(), 3);
  watch.note(result);
  result.tally.add(arena.crowd.tally());
  const std::uint64_t missing = clients - counts.joins + clients - stay - counts.leaves;
  return wrong_at_peak + wrong_at_end + missing;
}

}  // namespace

void run_presence_storm(const Options& options) {
  make_room_for(options.subscribers);
  Result result("presence-storm", options);
  result.parameter("clients", options.subscribers);
  result.parameter("joins_asked_per_second", options.joins_per_second);
  std::uint64_t wrong = 0;
  for (int repeat = 0; repeat < options.repeats; ++repeat) wrong += measure(options, result);
  result.print(
      fmt::format("{} clients, in the slowest window {} joins/s of {}; up to {} messages/s with {} "
                  "join notices/s; a join takes p99 {} ms; {} wrong views at the peak, {} at the "
                  "end",
                  options.subscribers, result.text("joins_per_second_slowest_window"),
                  options.joins_per_second, result.text("join_messages_per_second_peak"),
                  result.text("join_notices_per_second_peak"), result.text("join_milliseconds_p99"),
                  result.text("wrong_views_at_peak"), result.text("wrong_views_at_end")),
      wrong > 0 ? "not every client came, saw all others and left" : "");
}

}  // namespace river::bench
