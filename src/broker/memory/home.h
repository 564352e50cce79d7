// Home: the channels that have their home on one loop. Here each gets its order, its history and
// its members. Synchronous, without a clock, a thread or a socket; what it has to tell goes to
// HomeOutput.
//
// Limits: channels, bytes of history. Over the bytes the channels that were published to least
// recently lose their history, and, without a listener, their epoch with it. Over the channels
// those that nobody uses and that hold no events give way to new ones.
#pragma once

#include <cstdint>
#include <expected>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered_map.hpp>

#include "base/channel_rules.h"
#include "base/hash.h"
#include "base/metrics.h"
#include "broker/broker.h"
#include "broker/memory/history.h"
#include "broker/memory/idempotency.h"
#include "broker/memory/presence_set.h"

namespace river::broker {

// The loops that listen to a channel, a bit each.
using LoopSet = std::uint64_t;
inline constexpr std::size_t loops_max = 64;

struct HomeSettings {
  std::size_t history_bytes_max = 256UL * 1024 * 1024;
  std::size_t channels_max = 1'000'000;
  std::size_t members_listed_max = 1000;
  milliseconds idempotency_age{300'000};
  milliseconds presence_window{100};
  IdKeys id_keys = IdKeys::random();  // the same for all homes, so that one can take up all ids
};

class HomeOutput {
 public:
  virtual ~HomeOutput() = default;
  virtual void publish(LoopSet listeners, const SharedBytes& channel, Epoch epoch,
                       const Publication& publication) = 0;
  virtual void tell_presence(LoopSet listeners, const SharedBytes& channel,
                             std::shared_ptr<const PresenceChange> change) = 0;
  // Can every one of these loops take one more message?
  [[nodiscard]] virtual bool can_take(LoopSet listeners) const = 0;
  // Calls tell_changes(channel) at that time.
  virtual void tell_changes_at(TimePoint when, std::string channel) = 0;
};

// One channel as it is written to disk and taken up again.
struct StoredChannel {
  std::string name;
  Position position;
  std::vector<Publication> events;
};

// The ids that its events were published under.
struct StoredIds {
  IdKeys keys;
  std::vector<StoredId> of_backends;  // oldest first
  std::vector<StoredId> of_clients;
};

struct Now {
  TimePoint steady;
  std::int64_t unix_milliseconds = 0;
};

class Home {
 public:
  Home(const HomeSettings& settings, const ChannelRules& rules, HomeOutput& output,
       Metrics& metrics);
  ~Home();

  std::expected<Position, BrokerError> publish(const PublishRequest& request, Now now);
  std::expected<Snapshot, BrokerError> snapshot(const std::string& channel, SnapshotRequest request,
                                                std::size_t loop, Now now);
  void forget(std::string_view channel, std::size_t loop, Now now);
  void leave(std::string_view channel, std::string_view user, ConnectionId connection, Now now);
  [[nodiscard]] HistoryPage history(std::string_view channel, std::optional<Offset> before,
                                    std::size_t limit, Now now);
  [[nodiscard]] MemberPage members(std::string_view channel, std::string_view after,
                                   std::size_t limit);
  // Position and members; the subscribers are counted where they are.
  [[nodiscard]] ChannelDetails details(std::string_view channel) const;

  void tell_changes(std::string_view channel, Now now);
  // Forgets channels without listeners whose time is over. Call about once a second; looks at most
  // at a part of the channels, so that a large table holds nobody up.
  void sweep(Now now);

  [[nodiscard]] std::vector<StoredChannel> store() const;
  void restore(StoredChannel channel, Now now);
  [[nodiscard]] StoredIds store_ids() const;
  void restore_ids(const StoredIds& ids);

 private:
  struct Channel;
  using Channels =
      boost::unordered_map<std::string, std::unique_ptr<Channel>, SeededHash, std::equal_to<>>;

  [[nodiscard]] Channel* find(std::string_view name) const;
  [[nodiscard]] Channel* find_or_make(const std::string& name, Now now);
  [[nodiscard]] bool make_room();
  [[nodiscard]] Epoch new_epoch();
  void touch(Channel& channel, Now now);
  void trim(Channel& channel, Now now);
  void account(Channel& channel);
  void keep_within_bytes();
  void note_change(Channel& channel, Now now);
  void erase(Channel& channel);

  const HomeSettings& settings_;
  const ChannelRules& rules_;
  HomeOutput& output_;
  Metrics& metrics_;
  // Apart, so that clients, however many ids they send, push out none of a backend's.
  Idempotency backends_ids_;
  Idempotency clients_ids_;
  Channels channels_;
  std::list<Channel*> by_last_use_;      // least recently used first
  std::list<Channel*> by_last_publish_;  // those with history, least recently published to first
  std::size_t history_bytes_ = 0;
  std::uint64_t presence_version_ = 0;  // of the last change told, of whatever channel
  std::uint64_t epoch_seed_;
};

}  // namespace river::broker
