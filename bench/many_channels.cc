// many-channels: does a publication cost more because there are many channels? The same load, once
// with ten channels and once with many, each with one subscriber.
#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "arena.h"
#include "machine.h"
#include "result.h"
#include "scenarios.h"
#include "stopwatch.h"

namespace river::bench {
namespace {

constexpr int few_channels = 10;
constexpr int channels_a_client_max = 100;  // River's default
constexpr int warm_up_rounds = 200;

std::string name_of(int channel) {
  return fmt::format("bench-{:06}", channel);
}

class Channels {
 public:
  Channels(const Options& options, int count, int channels_a_client)
      : options_(options),
        arena_(options),
        count_(count),
        channels_a_client_(channels_a_client),
        published_(static_cast<std::size_t>(count)) {
    for (int first = 0; first < count; first += channels_a_client) {
      std::vector<std::string> names;
      const int end = std::min(count, first + channels_a_client);
      for (int channel = first; channel < end; ++channel) names.push_back(name_of(channel));
      arena_.crowd.add({.user = first}, names);
    }
    arena_.crowd.open_from(0, 16);
    data_ = arena_.data_for(name_of(0));
  }

  // Publishes to `used` of the channels in turn, `in_flight` at a time, and notes the cost.
  void measure(Result& result, std::string_view figure, int used) {
    bool whole = true;
    for (int i = 0; whole && i < warm_up_rounds; ++i) whole = round(used);
    const Stopwatch watch(arena_.server.pid());
    std::uint64_t rounds = 0;
    for (; whole && watch.seconds() < options_.seconds; ++rounds) whole = round(used);
    const double publications = static_cast<double>(rounds) * options_.in_flight;
    result.figure(fmt::format("cpu_microseconds_per_publication_{}", figure),
                  watch.server_cpu_seconds() * 1e6 / publications, 2);
    result.figure(fmt::format("publications_per_second_{}", figure),
                  publications / watch.seconds());
    watch.note(result);
  }

  void finish(Result& result) {
    arena_.crowd.read_the_rest([this] { return arena_.crowd.tally().events < expected_; });
    for (int i = 0; i < count_; i += channels_a_client_) {
      Client& client = arena_.crowd[static_cast<std::size_t>(i / channels_a_client_)];
      int channel = i;
      for (Client::Subscription& subscription : client.subscriptions()) {
        subscription.check.finish(published_[static_cast<std::size_t>(channel++)],
                                  arena_.crowd.tally());
      }
    }
    result.tally.add(arena_.crowd.tally());
  }

 private:
  bool round(int used) {
    // A step that has no divisor in common with the number reaches all; and those that are used
    // lie far from each other, so that each publication is a send to another client.
    std::int64_t step = 7919;
    while (std::gcd(step, used) > 1) ++step;
    for (int i = 0; i < options_.in_flight; ++i) {
      next_ = static_cast<int>((next_ + step) % used);
      const int channel = next_ * (count_ / used);
      arena_.publisher.add(name_of(channel), data_);
      ++published_[static_cast<std::size_t>(channel)];
    }
    arena_.publisher.send();
    expected_ += static_cast<std::uint64_t>(options_.in_flight);
    return arena_.crowd.receive(expected_);
  }

  const Options& options_;
  Arena arena_;
  int count_;
  int channels_a_client_;
  std::vector<std::uint64_t> published_;  // by channel
  std::string data_;
  int next_ = 0;
  std::uint64_t expected_ = 0;
};

}  // namespace

void run_many_channels(const Options& options) {
  make_room_for(options.channels / channels_a_client_max + 1);
  Result result("many-channels", options);
  result.parameter("channels", options.channels);
  result.parameter("in_flight", options.in_flight);
  result.parameter("wire_bytes", options.wire_bytes);
  {
    Channels few(options, few_channels, 1);
    Channels many(options, options.channels, channels_a_client_max);
    for (int repeat = 0; repeat < options.repeats; ++repeat) {
      few.measure(result, "with_10_channels", few_channels);
      many.measure(result, "to_10_of_many", few_channels);
      many.measure(result, "to_all_of_many", options.channels);
    }
    few.finish(result);
    many.finish(result);
  }
  const double few_cost = result.median("cpu_microseconds_per_publication_with_10_channels");
  result.figure("to_10_of_many_per_10_channels",
                result.median("cpu_microseconds_per_publication_to_10_of_many") / few_cost, 3);
  result.figure("to_all_of_many_per_10_channels",
                result.median("cpu_microseconds_per_publication_to_all_of_many") / few_cost, 3);
  result.print(fmt::format(
      "a publication costs {} µs CPU with 10 channels, {} µs to 10 of {}, {} µs to all of them",
      result.text("cpu_microseconds_per_publication_with_10_channels"),
      result.text("cpu_microseconds_per_publication_to_10_of_many"), options.channels,
      result.text("cpu_microseconds_per_publication_to_all_of_many")));
}

}  // namespace river::bench
