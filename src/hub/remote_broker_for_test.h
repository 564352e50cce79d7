// For tests and fuzzing only: a broker on another machine, as Redis will be. What a hub asks is
// carried out there in order, but the answers and the stream of publications travel apart: each may
// be ahead of the other. Answers can fail, publications get lost or come twice, an epoch can end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "broker/broker.h"

namespace river::hub {

class RemoteBroker;

// The other machine: the truth.
class RemoteServer {
 public:
  struct Channel {
    Position position;
    std::deque<broker::Publication> history;
    std::map<std::string, std::set<ConnectionId>> members;
    std::set<RemoteBroker*> listeners;
  };

  Position publish(const std::string& name, broker::EventBytes content, ConnectionId exclude);
  broker::Snapshot snapshot(const std::string& name, broker::SnapshotRequest request,
                            RemoteBroker& from);
  void forget(const std::string& name, RemoteBroker& from) { at(name).listeners.erase(&from); }
  void leave(const std::string& name, const std::string& user, ConnectionId connection);

  void forget_oldest(const std::string& name) {
    if (!at(name).history.empty()) at(name).history.pop_front();
  }
  void end_epoch(const std::string& name) {
    at(name).position = {++last_epoch_, 0};
    at(name).history.clear();
  }

  // A new channel is there from its first mention on.
  [[nodiscard]] Channel& at(const std::string& name) {
    const auto [place, added] = channels_.try_emplace(name);
    if (added) place->second.position.epoch = ++last_epoch_;
    return place->second;
  }

 private:
  void tell_presence(const Channel& channel, const std::string& name,
                     broker::PresenceChange change);

  std::map<std::string, Channel> channels_;
  Epoch last_epoch_ = 0;
  std::uint64_t presence_version_ = 0;
};

// One loop's end of it.
class RemoteBroker final : public broker::Broker {
 public:
  enum class Mode : std::uint8_t {
    later,     // the usual
    at_once,   // answers in the same turn, if nothing waits
    refusing,  // says at once that it is unavailable
  };

  explicit RemoteBroker(RemoteServer& server) : server_(server) {}
  void connect(broker::BrokerSink& sink) { sink_ = &sink; }
  void set_mode(Mode mode) { mode_ = mode; }

  // ── What may happen ──
  // The oldest request reaches the server.
  bool carry_out() {
    if (requests_.empty()) return false;
    auto request = std::move(requests_.front());
    requests_.pop_front();
    request(true);
    return true;
  }
  // … or does not.
  void fail_request() {
    if (requests_.empty()) return;
    auto request = std::move(requests_.front());
    requests_.pop_front();
    request(false);
  }
  bool give_answer(std::size_t choice) {
    if (answers_.empty()) return false;
    const auto place = answers_.begin() + static_cast<std::ptrdiff_t>(choice % answers_.size());
    auto answer = std::move(*place);
    answers_.erase(place);
    answer.give(std::move(answer.result));
    return true;
  }
  // It was carried out, but nobody gets to know.
  void fail_answer(std::size_t choice) {
    if (answers_.empty()) return;
    answers_[choice % answers_.size()].result = std::unexpected(broker::BrokerError::unavailable);
  }
  bool deliver() {
    if (stream_.empty()) return false;
    const Item item = std::move(stream_.front());
    stream_.pop_front();
    if (item.presence != nullptr) {
      sink_->on_presence(item.channel, item.presence);
    } else {
      sink_->on_publication(item.channel, item.epoch, item.publication);
    }
    return true;
  }
  // The name of the channel that has lost a publication on its way.
  std::optional<std::string> lose() {
    if (stream_.empty() || stream_.front().presence != nullptr) return std::nullopt;
    std::string channel = std::move(stream_.front().channel);
    stream_.pop_front();
    return channel;
  }
  void repeat(bool soon) {
    if (stream_.empty() || stream_.front().presence != nullptr) return;
    const Item item = stream_.front();
    soon ? stream_.push_front(item) : stream_.push_back(item);
  }
  [[nodiscard]] std::size_t questions() const { return requests_.size() + answers_.size(); }

  // ── For the server ──
  struct Item {
    std::string channel;
    Epoch epoch = 0;
    broker::Publication publication;
    std::shared_ptr<const broker::PresenceChange> presence;  // null: a publication
  };
  void send(Item item) { stream_.push_back(std::move(item)); }

  // ── Broker: what hubs use of it ──
  void snapshot(std::string channel, broker::SnapshotRequest request,
                broker::Answer<broker::Snapshot> answer) override {
    if (mode_ == Mode::refusing) return answer(std::unexpected(broker::BrokerError::unavailable));
    if (mode_ == Mode::at_once && requests_.empty()) {
      return answer(server_.snapshot(channel, std::move(request), *this));
    }
    requests_.emplace_back([this, channel = std::move(channel), request = std::move(request),
                            answer = std::move(answer)](bool arrives) mutable {
      Result result = std::unexpected(broker::BrokerError::unavailable);
      if (arrives) result = server_.snapshot(channel, std::move(request), *this);
      answers_.push_back({std::move(answer), std::move(result)});
    });
  }
  void forget(std::string channel) override {
    in_order([this, channel = std::move(channel)] { server_.forget(channel, *this); });
  }
  void leave(std::string channel, std::string user, ConnectionId connection) override {
    in_order([this, channel = std::move(channel), user = std::move(user), connection] {
      server_.leave(channel, user, connection);
    });
  }
  void publish(broker::PublishRequest, broker::Answer<Position> answer) override {
    answer(std::unexpected(broker::BrokerError::unavailable));
  }
  void history(std::string, std::optional<Offset>, std::size_t,
               broker::Answer<broker::HistoryPage> answer) override {
    answer(broker::HistoryPage());
  }
  void members(std::string, std::string, std::size_t,
               broker::Answer<broker::MemberPage> answer) override {
    answer(broker::MemberPage());
  }
  void channels(std::string, std::string, std::size_t,
                broker::Answer<broker::ChannelPage> answer) override {
    answer(broker::ChannelPage());
  }
  void channel(std::string, broker::Answer<broker::ChannelDetails> answer) override {
    answer(broker::ChannelDetails());
  }
  void tell_user(broker::UserCommand, broker::Answer<std::monostate> answer) override {
    answer(std::monostate());
  }
  [[nodiscard]] bool ready() const override { return mode_ != Mode::refusing; }

 private:
  using Result = std::expected<broker::Snapshot, broker::BrokerError>;
  struct PendingAnswer {
    broker::Answer<broker::Snapshot> give;
    Result result;
  };

  // Never lost: a broker repeats it until it has been carried out.
  void in_order(std::move_only_function<void()> work) {
    if (requests_.empty()) return work();
    requests_.emplace_back([work = std::move(work)](bool) mutable { work(); });
  }

  RemoteServer& server_;
  broker::BrokerSink* sink_ = nullptr;
  Mode mode_ = Mode::later;
  std::deque<std::move_only_function<void(bool arrives)>> requests_;
  std::deque<PendingAnswer> answers_;
  std::deque<Item> stream_;
};

inline Position RemoteServer::publish(const std::string& name, broker::EventBytes content,
                                      ConnectionId exclude) {
  Channel& channel = at(name);
  broker::Publication publication;
  publication.offset = ++channel.position.offset;
  publication.content = std::move(content);
  publication.exclude = exclude;
  channel.history.push_back(publication);
  for (RemoteBroker* listener : channel.listeners) {
    listener->send({name, channel.position.epoch, publication, nullptr});
  }
  return channel.position;
}

inline broker::Snapshot RemoteServer::snapshot(const std::string& name,
                                               broker::SnapshotRequest request,
                                               RemoteBroker& from) {
  Channel& channel = at(name);
  channel.listeners.insert(&from);
  const auto last = [&channel](std::size_t count) {
    const auto& history = channel.history;
    return std::vector<broker::Publication>(history.end() - static_cast<std::ptrdiff_t>(count),
                                            history.end());
  };
  broker::Snapshot snapshot;
  snapshot.position = channel.position;
  if (request.since.has_value() && request.since->epoch == channel.position.epoch &&
      request.since->offset <= channel.position.offset &&
      channel.position.offset - request.since->offset <= channel.history.size()) {
    snapshot.recovered = true;
    snapshot.events = last(channel.position.offset - request.since->offset);
  } else if (request.rewind > 0) {
    snapshot.events = last(std::min<std::size_t>(request.rewind, channel.history.size()));
  }
  if (request.join.has_value()) {
    const std::string& user = request.join->user;
    const auto [place, added] = channel.members.try_emplace(user);
    place->second.insert(request.connection);
    if (added) tell_presence(channel, name, {.joined = {{user, "{}"}}, .left = {}});
  }
  snapshot.presence_version = presence_version_;
  if (request.members) {
    for (const auto& [user, connections] : channel.members) {
      snapshot.members.members.push_back({user, "{}"});
    }
    snapshot.members.member_count = channel.members.size();
  }
  return snapshot;
}

inline void RemoteServer::leave(const std::string& name, const std::string& user,
                                ConnectionId connection) {
  Channel& channel = at(name);
  const auto place = channel.members.find(user);
  if (place == channel.members.end()) return;
  place->second.erase(connection);
  if (!place->second.empty()) return;
  channel.members.erase(place);
  tell_presence(channel, name, {.joined = {}, .left = {user}});
}

inline void RemoteServer::tell_presence(const Channel& channel, const std::string& name,
                                        broker::PresenceChange change) {
  change.version = ++presence_version_;
  change.member_count = channel.members.size();
  const auto shared = std::make_shared<const broker::PresenceChange>(std::move(change));
  for (RemoteBroker* listener : channel.listeners) listener->send({name, 0, {}, shared});
}

}  // namespace river::hub
