// For tests and fuzzing only: a subscriber that checks all it is told. What every client may rely
// on, whatever the interleaving:
//   - the events of a channel come in order, each once, from the told position on;
//   - `recovered` means that nothing since `since` is missing, and is only denied with a reason;
//   - nothing comes of a channel that it has not, or no longer, subscribed to;
//   - it never gets its own echo.
#pragma once

#include <charconv>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "broker/broker.h"
#include "hub/channel.h"
#include "hub/hub.h"
#include "hub/recording_dialect_for_test.h"
#include "hub/reference_for_test.h"
#include "hub/subscriber.h"

namespace river::hub {

// What all of a simulation share.
struct World {
  Reference reference;
  Chunks chunks;
  std::vector<std::string> channels;
  // Nothing is evicted, no epoch ends and no queue is short: everything that was can be resumed.
  bool roomy = false;
  CatchUpLimits limits{};
  std::size_t resyncs = 0;
  ConnectionId last_connection = 0;
  bool tracing = false;
  std::vector<std::string> trace;

  template <typename... Values>
  void note(fmt::format_string<Values...> format, Values&&... values) {
    if (tracing) trace.push_back(fmt::format(format, std::forward<Values>(values)...));
  }
};

// So low that they are reached.
[[nodiscard]] inline CatchUpLimits short_queues() {
  return {.events_max = 3, .presence_changes_max = 2, .attempts_max = 2};
}

// The content of an event is its number.
[[nodiscard]] inline broker::EventBytes content_of(std::uint64_t number) {
  return {"event", std::to_string(number)};
}
[[nodiscard]] inline std::uint64_t number_of(const broker::EventBytes& content) {
  std::uint64_t number = UINT64_MAX;
  const std::string_view text = content.data();
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// A client's time in one channel.
struct Stay {
  std::optional<Position> since{};
  bool since_is_genuine = false;  // it stood there once
  std::uint32_t rewind = 0;
  bool answered = false;
  Position at{};     // up to here it was given everything
  Offset first = 0;  // the first event that it can have been given
  std::set<std::string> members{};
  std::uint64_t member_count = 0;
};

class SimulatedClient final : public Subscriber {
 public:
  // `remembered` outlives it: what the person behind it knows of each channel.
  SimulatedClient(World& world, Hub& hub, broker::Broker& broker, std::string user_name,
                  std::map<std::string, Position>& remembered)
      : world_(world),
        hub_(hub),
        broker_(broker),
        user_name_(std::move(user_name)),
        remembered_(remembered) {
    connection = ++world_.last_connection;
    dialect = static_cast<DialectIndex>(connection % 2);
    hub_.users().add(*this, user_name_);
  }

  // As a session does it.
  void leave() {
    for (const auto& [channel, stay] : stays_) leave_presence(channel);
    stays_.clear();
    hub_.unsubscribe_all(*this);
    hub_.users().remove(*this);
  }

  void subscribe(const std::string& channel, Stay stay) {
    SubscribeOptions options;
    options.since = stay.since;
    options.rewind = stay.rewind;
    options.request = request_of(channel);
    if (hub_.rules().rule_for(channel).kind.presence) {
      options.members = true;
      options.join = broker::Member{user_name_, "{}"};
    }
    stays_.emplace(channel, std::move(stay));
    hub_.subscribe(*this, channel, std::move(options));
  }
  void unsubscribe(const std::string& channel) {
    if (!hub_.unsubscribe(*this, channel)) fail("is not subscribed to", channel);
    leave_presence(channel);
    stays_.erase(channel);
  }

  [[nodiscard]] const std::map<std::string, Stay>& stays() const { return stays_; }
  [[nodiscard]] const std::string& user_name() const { return user_name_; }

  // What holds at any time.
  void check() {
    if (subscriptions.size() != stays_.size()) fail("has other subscriptions than it knows of");
    for (const Subscription& subscription : subscriptions) {
      const std::string name(subscription.channel->name());
      const auto place = stays_.find(name);
      const bool waits = subscription.listener == Subscription::waiting;
      if (place == stays_.end() || place->second.answered == waits) {
        fail("was not told what the hub thinks of", name);
      } else if (!waits) {
        check_position(name, place->second);
      }
    }
  }

  // What holds once everything has arrived, with the channel at `head`.
  void check_at_rest(const std::string& channel, Position head,
                     const std::set<std::string>& there) {
    const auto place = stays_.find(channel);
    if (place == stays_.end()) return;
    const Stay& stay = place->second;
    if (!stay.answered) return fail("was never answered on", channel);
    if (stay.at.epoch != head.epoch || stay.at.offset > head.offset) {
      return fail(
          fmt::format("stands at {}, but the head is {} of", text_of(stay.at), text_of(head)),
          channel);
    }
    world_.reference.skipped(connection, channel, stay.at, head.offset);
    if (world_.roomy && stay.rewind > 0) {
      const Offset rewound = std::min<Offset>(stay.rewind, head.offset);
      world_.reference.skipped(connection, channel, {head.epoch, head.offset - rewound},
                               stay.first - 1);
    }
    if (!hub_.rules().rule_for(channel).kind.presence) return;
    if (stay.members != there || stay.member_count != there.size()) {
      fail(fmt::format("sees {} members ({}), but {} are there, on", stay.members.size(),
                       stay.member_count, there.size()),
           channel);
    }
  }

  // ── Subscriber ──
  void deliver(const SharedBytes& bytes) override {
    const Chunk& chunk = chunk_of(world_.chunks, bytes);
    if (chunk.dialect != dialect) fail("got another's dialect on", chunk.channel);
    if (chunk.channel.empty()) return;
    const auto place = stays_.find(chunk.channel);
    if (place == stays_.end() || !place->second.answered) {
      return fail("got something without being subscribed to", chunk.channel);
    }
    Stay& stay = place->second;
    if (chunk.presence != nullptr) return apply(stay, *chunk.presence);
    if (chunk.epoch != stay.at.epoch) return fail("got another epoch on", chunk.channel);
    for (const broker::Publication& event : chunk.events) take(chunk.channel, stay, event);
    check_position(chunk.channel, stay);
  }

  void on_subscribed(const Channel& channel, const SubscribeAnswer& answer) override {
    const std::string name(channel.name());
    const auto place = stays_.find(name);
    if (place == stays_.end() || place->second.answered) return fail("is told again of", name);
    Stay& stay = place->second;
    stay.answered = true;
    world_.note("  {} is in {} at {}{}", Reference::name_of(connection), name,
                text_of(answer.position), answer.recovered.value_or(false) ? ", recovered" : "");
    if (answer.request != request_of(name)) fail("is answered to another request on", name);
    check_recovered(name, stay, answer);
    stay.at = answer.position;
    if (answer.recovered.value_or(false)) {
      stay.at.offset = stay.since->offset;
    } else if (stay.rewind > 0 && !answer.events.empty()) {
      stay.at.offset = answer.events.front().offset - 1;
    }
    stay.first = stay.at.offset + 1;
    for (const broker::Publication& event : answer.events) take(name, stay, event);
    if (stay.at.offset > answer.position.offset) fail("got events beyond the position of", name);
    world_.reference.skipped(connection, name, stay.at, answer.position.offset);
    stay.at = answer.position;
    remembered_[name] = stay.at;
    if (answer.members == nullptr) return;
    for (const broker::Member& member : answer.members->members) stay.members.insert(member.user);
    stay.member_count = answer.members->member_count;
  }

  void on_subscribe_failed(std::string_view channel, std::uint64_t request,
                           broker::BrokerError) override {
    const std::string name(channel);
    if (request != request_of(name)) fail("is refused another request on", name);
    if (stays_.erase(name) != 1) fail("is refused what it did not ask for,", name);
    leave_presence(name);
  }

  void on_resync(const Channel& channel, Position position) override {
    const std::string name(channel.name());
    const auto place = stays_.find(name);
    if (place == stays_.end() || !place->second.answered) return fail("is told of", name);
    Stay& stay = place->second;
    if (position.epoch == stay.at.epoch && position.offset <= stay.at.offset) {
      fail("is told of a loss where none was, on", name);
    }
    stay.at = position;
    stay.first = position.offset + 1;
    stay.rewind = 0;
    remembered_[name] = position;
    ++world_.resyncs;
    world_.note("  {} is told of a loss on {} before {}", Reference::name_of(connection), name,
                text_of(position));
    if (world_.roomy) fail("lost events that were there, on", name);
  }

  void on_disconnect() override {}

 private:
  [[nodiscard]] std::uint64_t request_of(std::string_view channel) const {
    return channel.size() * 1000 + connection;
  }

  void leave_presence(const std::string& channel) {
    if (!hub_.rules().rule_for(channel).kind.presence) return;
    broker_.leave(channel, user_name_, connection);
  }

  void check_recovered(const std::string& name, const Stay& stay, const SubscribeAnswer& answer) {
    const bool recovered = answer.recovered.value_or(false);
    if (answer.recovered.has_value() != stay.since.has_value()) {
      fail("is not told whether it recovered", name);
    }
    if (!recovered && stay.rewind == 0 && !answer.events.empty()) {
      fail("got events that it had not asked for, on", name);
    }
    if (stay.rewind > 0 && answer.events.size() > stay.rewind) {
      fail("got more than it had asked for, on", name);
    }
    if (recovered && (stay.since->epoch != answer.position.epoch ||
                      stay.since->offset > answer.position.offset)) {
      fail(fmt::format("had {}, and is to go on at {} of", text_of(*stay.since),
                       text_of(answer.position)),
           name);
    }
    if (world_.roomy && stay.since.has_value() && recovered != stay.since_is_genuine) {
      fail(recovered ? "recovered from where it never was, on" : "was denied what is there, on",
           name);
    }
  }

  void take(const std::string& channel, Stay& stay, const broker::Publication& event) {
    if (event.offset <= stay.at.offset) {
      return fail(fmt::format("stands at {}, and got {} of", text_of(stay.at), event.offset),
                  channel);
    }
    world_.reference.skipped(connection, channel, stay.at, event.offset - 1);
    stay.at.offset = event.offset;
    world_.note("  {} gets {} of {}", Reference::name_of(connection), text_of(stay.at), channel);
    world_.reference.received(connection, channel, stay.at, number_of(event.content));
    remembered_[channel] = stay.at;
  }

  static void apply(Stay& stay, const broker::PresenceChange& change) {
    for (const std::string& user : change.left) stay.members.erase(user);
    for (const broker::Member& member : change.joined) stay.members.insert(member.user);
    stay.member_count = change.member_count;
  }

  // The hub's idea of where it stands, which is what an event stream resumes by.
  void check_position(const std::string& channel, const Stay& stay) {
    for (const Subscription& subscription : subscriptions) {
      if (subscription.channel->name() != channel) continue;
      const Position delivered = subscription.channel->delivered_position();
      if (delivered.epoch != stay.at.epoch || delivered.offset < stay.at.offset) {
        fail(fmt::format("stands at {}, but the hub takes it for {} of", text_of(stay.at),
                         text_of(delivered)),
             channel);
      }
      world_.reference.skipped(connection, channel, stay.at, delivered.offset);
    }
  }

  void fail(std::string_view what, std::string_view channel = {}) {
    world_.reference.fail(fmt::format("{} {} {}", Reference::name_of(connection), what, channel));
  }

  World& world_;
  Hub& hub_;
  broker::Broker& broker_;
  std::string user_name_;
  std::map<std::string, Position>& remembered_;
  std::map<std::string, Stay> stays_;
};

}  // namespace river::hub
