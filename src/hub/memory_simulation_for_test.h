// For tests and fuzzing only: hubs over the built-in broker, on loops without threads. Messages
// between two loops keep their order; which pair of loops is next is the schedule's choice.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/metrics.h"
#include "broker/memory/memory_broker.h"
#include "broker/memory/simulated_network_for_test.h"
#include "hub/crowd_for_test.h"

namespace river::hub {

class MemorySimulation {
 public:
  explicit MemorySimulation(std::uint32_t setup, bool tracing = false)
      : network_(1 + setup % 3), settings_(settings_by(setup)), rules_(rules_by(setup), {}) {
    world_.tracing = tracing;
    const bool short_of_queues = (setup >> 12) % 3 == 0;
    if (short_of_queues) world_.limits = short_queues();
    world_.roomy = roomy(setup) && !short_of_queues;
    may_lose_ = !roomy(setup) && short_of_queues;
    for (std::size_t loop = 0; loop < network_.loops(); ++loop) {
      nodes_.push_back(
          std::make_unique<Node>(loop, network_.courier(loop), settings_, rules_, world_));
    }
    std::vector<broker::MemoryBroker*> peers;
    for (const auto& node : nodes_) peers.push_back(&node->broker);
    std::vector<Place> places;
    for (const auto& node : nodes_) {
      node->broker.connect(peers, node->hub);
      places.push_back({node->hub, node->broker});
    }
    for (const char* prefix : {"plain", "other", "presence"}) {
      world_.channels.push_back(channel_at(world_.channels.size() % nodes_.size(), prefix));
    }
    crowd_.emplace(world_, std::move(places));
  }

  // The first thing that went wrong, or nothing.
  [[nodiscard]] std::optional<std::string> run(const Schedule& schedule) {
    for (const Step& step : schedule.steps) {
      take(step);
      crowd_->check();
      if (failure().has_value()) return failure();
    }
    come_to_rest();
    check_at_rest();
    crowd_->everybody_leaves();
    come_to_rest();
    check_nothing_is_left();
    return failure();
  }

  [[nodiscard]] const std::vector<std::string>& trace() const { return world_.trace; }

 private:
  struct Node {
    Node(std::size_t loop, broker::Courier& courier, const broker::HomeSettings& settings,
         const ChannelRules& rules, World& world)
        : broker(loop, courier, settings, rules, metrics),
          hub(broker, rules, metrics, world.limits) {
      for (DialectIndex dialect = 0; dialect < 2; ++dialect) {
        hub.set_dialect(dialect, std::make_unique<RecordingDialect>(dialect, world.chunks));
      }
    }
    Metrics metrics;
    broker::MemoryBroker broker;
    Hub hub;
  };

  enum class Action : std::uint8_t {
    arrive,
    arrive_many,
    publish,
    flush,
    flush_small,
    subscribe,
    unsubscribe,
    disconnect,
    resume,
    wait,
    fill,
    every_second,
  };
  // As often as they stand here.
  static constexpr std::array actions = {
      Action::arrive,      Action::arrive,      Action::arrive,       Action::arrive,
      Action::arrive,      Action::arrive,      Action::arrive,       Action::arrive_many,
      Action::publish,     Action::publish,     Action::publish,      Action::publish,
      Action::publish,     Action::publish,     Action::publish,      Action::flush,
      Action::flush,       Action::flush_small, Action::subscribe,    Action::subscribe,
      Action::subscribe,   Action::subscribe,   Action::subscribe,    Action::unsubscribe,
      Action::unsubscribe, Action::wait,        Action::resume,       Action::resume,
      Action::disconnect,  Action::fill,        Action::every_second,
  };

  static bool roomy(std::uint32_t setup) { return (setup >> 8) % 2 == 0; }
  static broker::HomeSettings settings_by(std::uint32_t setup) {
    broker::HomeSettings settings;
    settings.idempotency_age = seconds(20);
    if (!roomy(setup)) settings.history_bytes_max = 5 * broker::History::event_overhead_bytes;
    return settings;
  }
  static ChannelRule rules_by(std::uint32_t setup) {
    ChannelRule rule;
    rule.history_events_max = roomy(setup) ? 10'000 : 4;
    rule.history_age_max = roomy(setup) ? seconds(100'000) : seconds(8);
    return rule;
  }

  // The key of the hash is the process's own: a name with the wanted home is looked for.
  [[nodiscard]] std::string channel_at(std::size_t home, const char* prefix) const {
    for (std::size_t i = 0;; ++i) {
      std::string name = fmt::format("{}-{}", prefix, i);
      if (nodes_[0]->broker.home_of(name) == home) return name;
    }
  }

  void take(const Step& step) {
    switch (actions[step.action % actions.size()]) {
      case Action::arrive:
        return arrive(step, 1);
      case Action::arrive_many:
        return arrive(step, 1 + step.third % 8);
      case Action::publish:
        return publish(step);
      case Action::flush:
        world_.note("loop {} ends its turn", step.first % nodes_.size());
        return nodes_[step.first % nodes_.size()]->hub.flush();
      case Action::flush_small:
        world_.note("loop {} ends its turn, but for channels with many listeners",
                    step.first % nodes_.size());
        return nodes_[step.first % nodes_.size()]->hub.flush_small(step.third % 4);
      case Action::subscribe:
        return crowd_->subscribe(step);
      case Action::unsubscribe:
        return crowd_->unsubscribe(step);
      case Action::disconnect:
        return crowd_->disconnect(step);
      case Action::resume:
        return crowd_->resume(step);
      case Action::wait:
        return wait(milliseconds(step.first < 240 ? step.first * 2 : 9'000));
      case Action::fill:
        world_.note("loop {} is {}", step.first % nodes_.size(), step.third < 90 ? "full" : "free");
        return network_.set_full(step.first % nodes_.size(), step.third < 90);
      case Action::every_second:
        nodes_[step.first % nodes_.size()]->broker.sweep();
        return nodes_[step.first % nodes_.size()]->hub.tick(0);
    }
  }

  // A message of the pair that the step chooses among those that have one.
  void arrive(const Step& step, std::size_t count) {
    const std::size_t pairs = nodes_.size() * nodes_.size();
    for (std::size_t i = 0; i < pairs; ++i) {
      const std::size_t pair = (step.first + i) % pairs;
      const std::size_t from = pair / nodes_.size();
      const std::size_t to = pair % nodes_.size();
      if (network_.waiting(from, to) == 0) continue;
      world_.note("{} messages of {} arrive from loop {} at {}",
                  std::min(count, network_.waiting(from, to)), network_.waiting(from, to), from,
                  to);
      while (count-- > 0) network_.deliver(from, to);
      return;
    }
  }

  void publish(const Step& step) {
    broker::PublishRequest request;
    request.channel = crowd_->channel_of(step);
    request.exclude = crowd_->excluded_by(step);
    const std::uint64_t number = world_.reference.add_event(request.channel, request.exclude);
    request.content = content_of(number);
    const std::size_t loop = step.first % nodes_.size();
    world_.note("loop {} publishes {} on {}, but not to {}", loop, number, request.channel,
                request.exclude);
    ++questions_;
    nodes_[loop]->broker.publish(std::move(request), [this, number](auto answer) {
      --questions_;
      if (answer.has_value()) world_.reference.placed(number, *answer);
    });
  }

  void wait(milliseconds time) {
    world_.note("{} ms pass", time.count());
    network_.advance(time);
  }

  void come_to_rest() {
    world_.note("all comes to rest");
    for (std::size_t loop = 0; loop < nodes_.size(); ++loop) network_.set_full(loop, false);
    for (int turns = 0; turns < 1000; ++turns) {
      flush();
      for (const auto& node : nodes_) node->hub.tick(0);
      if (network_.deliver_all() + network_.timers() == 0) break;
      network_.advance(milliseconds(100));
    }
    if (network_.deliver_all() != 0) world_.reference.fail("it never comes to rest");
    flush();
    if (questions_ != 0) world_.reference.fail("a publisher was not answered");
  }
  void flush() {
    for (const auto& node : nodes_) node->hub.flush();
  }

  void check_at_rest() {
    crowd_->check();
    for (const std::string& channel : world_.channels) {
      crowd_->check_at_rest(channel, home_of(channel).details(channel).position);
    }
    world_.reference.judge();
    // Between loops nothing is lost; but what is held back can be too much.
    if (world_.resyncs != 0 && !may_lose_) world_.reference.fail("something was lost on the way");
  }

  void check_nothing_is_left() {
    // Long enough for every history, and for a sweep that looks twice.
    network_.advance(seconds(200'000));
    for (const auto& node : nodes_) {
      node->broker.sweep();
      node->broker.sweep();
      const Metrics& metrics = node->metrics;
      if (node->hub.channel_count() + node->hub.users().size() + metrics.channels_open.value() +
              metrics.subscriptions_open.value() !=
          0) {
        world_.reference.fail("a hub keeps what nobody uses");
      }
      if (metrics.channels_stored.value() + metrics.history_bytes.value() != 0) {
        world_.reference.fail("a home keeps what nobody uses");
      }
    }
  }

  [[nodiscard]] broker::Home& home_of(const std::string& channel) {
    return nodes_[nodes_[0]->broker.home_of(channel)]->broker.home();
  }
  [[nodiscard]] const std::optional<std::string>& failure() const {
    return world_.reference.failure();
  }

  World world_;
  broker::SimulatedNetwork network_;
  broker::HomeSettings settings_;
  ChannelRules rules_;
  std::vector<std::unique_ptr<Node>> nodes_;
  bool may_lose_ = false;
  std::size_t questions_ = 0;  // that are not answered
  std::optional<Crowd> crowd_;
};

}  // namespace river::hub
