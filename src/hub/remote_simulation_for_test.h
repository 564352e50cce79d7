// For tests and fuzzing only: hubs over a broker on another machine, to which everything may happen
// that networks and machines do.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/metrics.h"
#include "hub/crowd_for_test.h"
#include "hub/remote_broker_for_test.h"

namespace river::hub {

class RemoteSimulation {
 public:
  explicit RemoteSimulation(std::uint32_t setup, bool tracing = false)
      : lossy_((setup >> 16) % 4 != 0), forgetful_((setup >> 8) % 2 != 0) {
    world_.tracing = tracing;
    const bool short_of_queues = (setup >> 12) % 3 == 0;
    if (short_of_queues) world_.limits = short_queues();
    world_.roomy = !forgetful_ && !short_of_queues;
    world_.channels = {"plain", "other", "presence-room"};
    std::vector<Place> places;
    for (std::size_t i = 0; i < 1 + setup % 2; ++i) {
      nodes_.push_back(std::make_unique<Node>(server_, rules_, world_));
      nodes_.back()->broker.connect(nodes_.back()->hub);
      places.push_back({nodes_.back()->hub, nodes_.back()->broker});
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
    // Of what was lost last, nobody can know before the next event.
    for (const std::string& channel : std::set<std::string>(unnoticed_)) publish(channel, 0);
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
    Node(RemoteServer& server, const ChannelRules& rules, World& world)
        : broker(server), hub(broker, rules, metrics, world.limits) {
      for (DialectIndex dialect = 0; dialect < 2; ++dialect) {
        hub.set_dialect(dialect, std::make_unique<RecordingDialect>(dialect, world.chunks));
      }
    }
    Metrics metrics;
    RemoteBroker broker;
    Hub hub;
  };

  enum class Action : std::uint8_t {
    carry_out,
    fail_request,
    answer,
    fail_answer,
    deliver,
    lose,
    repeat,
    publish,
    forget_oldest,
    end_epoch,
    flush,
    flush_small,
    tick,
    mode,
    subscribe,
    unsubscribe,
    disconnect,
    resume,
  };
  // As often as they stand here.
  static constexpr std::array actions = {
      Action::carry_out,  Action::carry_out,    Action::carry_out,     Action::carry_out,
      Action::carry_out,  Action::fail_request, Action::answer,        Action::answer,
      Action::answer,     Action::answer,       Action::answer,        Action::fail_answer,
      Action::deliver,    Action::deliver,      Action::deliver,       Action::deliver,
      Action::deliver,    Action::deliver,      Action::lose,          Action::repeat,
      Action::publish,    Action::publish,      Action::publish,       Action::publish,
      Action::publish,    Action::publish,      Action::forget_oldest, Action::forget_oldest,
      Action::end_epoch,  Action::flush,        Action::flush,         Action::tick,
      Action::mode,       Action::subscribe,    Action::subscribe,     Action::subscribe,
      Action::subscribe,  Action::subscribe,    Action::unsubscribe,   Action::unsubscribe,
      Action::disconnect, Action::resume,       Action::resume,        Action::flush_small,
  };

  void take(const Step& step) {
    const std::size_t loop = step.first % nodes_.size();
    Node& node = *nodes_[loop];
    const std::string& channel = crowd_->channel_of(step);
    switch (actions[step.action % actions.size()]) {
      case Action::carry_out:
        if (node.broker.carry_out()) world_.note("a request of loop {} is carried out", loop);
        return;
      case Action::fail_request:
        world_.note("a request of loop {} fails", loop);
        return node.broker.fail_request();
      case Action::answer:
        if (node.broker.questions() > 0) world_.note("loop {} is answered", loop);
        node.broker.give_answer(step.third);
        return;
      case Action::fail_answer:
        world_.note("an answer to loop {} is lost", loop);
        return node.broker.fail_answer(step.third);
      case Action::deliver:
        return hear(loop, step.second < 32 ? 6 : 1);
      case Action::lose:
        return lose(node);
      case Action::repeat:
        world_.note("loop {} will hear the next twice", loop);
        return node.broker.repeat(step.third < 128);
      case Action::publish:
        for (int i = 0; i < (step.first < 16 ? 5 : 1); ++i) {
          publish(channel, crowd_->excluded_by(step));
        }
        return;
      case Action::forget_oldest:
        if (!forgetful_) return;
        world_.note("the oldest event of {} is forgotten", channel);
        return server_.forget_oldest(channel);
      case Action::end_epoch:
        return end_epoch(channel);
      case Action::flush:
        return node.hub.flush();
      case Action::flush_small:
        return node.hub.flush_small(step.third % 4);
      case Action::tick:
        return node.hub.tick(0);
      case Action::mode:
        return set_mode(loop, step.third);
      case Action::subscribe:
        return crowd_->subscribe(step);
      case Action::unsubscribe:
        return crowd_->unsubscribe(step);
      case Action::disconnect:
        return crowd_->disconnect(step);
      case Action::resume:
        return crowd_->resume(step);
    }
  }

  void publish(const std::string& channel, ConnectionId exclude) {
    const std::uint64_t number = world_.reference.add_event(channel, exclude);
    const Position position = server_.publish(channel, content_of(number), exclude);
    world_.note("{} is published on {} at {}, but not to {}", number, channel, text_of(position),
                exclude);
    world_.reference.placed(number, position);
    unnoticed_.erase(channel);
  }

  void hear(std::size_t loop, int count) {
    while (count-- > 0 && nodes_[loop]->broker.deliver()) {
      world_.note("loop {} hears something", loop);
    }
  }

  void lose(Node& node) {
    if (!lossy_) return;
    const auto channel = node.broker.lose();
    if (!channel.has_value()) return;
    world_.note("a publication of {} is lost", *channel);
    unnoticed_.insert(*channel);
  }

  void end_epoch(const std::string& channel) {
    if (!forgetful_) return;
    server_.end_epoch(channel);
    world_.note("a new epoch begins: {} at {}", channel, text_of(server_.at(channel).position));
    unnoticed_.insert(channel);
  }

  void set_mode(std::size_t loop, std::uint8_t choice) {
    constexpr std::array modes = {RemoteBroker::Mode::later, RemoteBroker::Mode::at_once,
                                  RemoteBroker::Mode::refusing};
    world_.note("the broker of loop {} answers from now on {}", loop,
                std::array{"later", "at once", "no"}[choice % 3]);
    nodes_[loop]->broker.set_mode(modes[choice % 3]);
  }

  void come_to_rest() {
    world_.note("all comes to rest");
    for (int turns = 0; turns < 1000; ++turns) {
      bool more = false;
      for (const auto& node : nodes_) {
        node->broker.set_mode(RemoteBroker::Mode::later);
        while (node->broker.deliver() || node->broker.carry_out()) more = true;
        while (node->broker.give_answer(0)) more = true;
        node->hub.tick(0);
        node->hub.flush();
        more = more || node->broker.questions() > 0;
      }
      if (!more) return;
    }
    world_.reference.fail("it never comes to rest");
  }

  void check_at_rest() {
    crowd_->check();
    for (const std::string& channel : world_.channels) {
      crowd_->check_at_rest(channel, server_.at(channel).position);
    }
    world_.reference.judge();
  }

  void check_nothing_is_left() {
    for (const auto& node : nodes_) {
      if (node->hub.channel_count() + node->hub.users().size() +
              node->metrics.channels_open.value() + node->metrics.subscriptions_open.value() !=
          0) {
        world_.reference.fail("a hub keeps what nobody uses");
      }
    }
    for (const std::string& channel : world_.channels) {
      if (!server_.at(channel).listeners.empty() || !server_.at(channel).members.empty()) {
        world_.reference.fail("the broker was not told that nobody listens any more");
      }
    }
  }

  [[nodiscard]] const std::optional<std::string>& failure() const {
    return world_.reference.failure();
  }

  World world_;
  bool lossy_;      // publications get lost
  bool forgetful_;  // history and epochs do
  ChannelRules rules_;
  RemoteServer server_;
  std::vector<std::unique_ptr<Node>> nodes_;
  // Channels of which the last event was lost, or that have begun a new epoch without any.
  std::set<std::string> unnoticed_;
  std::optional<Crowd> crowd_;
};

}  // namespace river::hub
