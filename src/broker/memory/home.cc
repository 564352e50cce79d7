#include "broker/memory/home.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "base/assert.h"
#include "base/limits.h"
#include "base/random.h"

namespace river::broker {
namespace {

// Looked at in one sweep: a millisecond at most.
constexpr std::size_t swept_channels_max = 10'000;
// Looked at to find one that gives way to a new one.
constexpr std::size_t candidates_max = 100;

LoopSet bit(std::size_t loop) {
  RIVER_ASSERT(loop < loops_max);
  return LoopSet{1} << loop;
}

// The larger a channel is, the longer the moment whose joins and leaves go out together: at 20,000
// members, each notice is 20,000 messages. Half a second is still "now" for a list of readers.
milliseconds presence_window(milliseconds least, std::size_t members) {
  const milliseconds by_size(static_cast<std::int64_t>(members) / 40);
  return std::max(least, std::min(by_size, milliseconds(500)));
}

}  // namespace

struct Home::Channel {
  SharedBytes name;
  ChannelRule rule;
  Position position;
  LoopSet listeners = 0;
  History history;
  std::size_t accounted_bytes = 0;
  std::unique_ptr<PresenceSet> presence;
  TimePoint last_told{};      // presence
  bool telling_soon = false;  // tell_changes is due
  TimePoint last_use{};
  std::list<Channel*>::iterator use;
  std::optional<std::list<Channel*>::iterator> publish_use;  // while it has history

  [[nodiscard]] bool unused() const {
    return listeners == 0 && presence == nullptr && history.empty();
  }
};

Home::Home(const HomeSettings& settings, const ChannelRules& rules, HomeOutput& output,
           Metrics& metrics)
    : settings_(settings),
      rules_(rules),
      output_(output),
      metrics_(metrics),
      backends_ids_(settings.idempotency_age, settings.id_keys),
      clients_ids_(settings.idempotency_age, settings.id_keys),
      epoch_seed_(random_u64()) {}

Home::~Home() = default;

Home::Channel* Home::find(std::string_view name) const {
  const auto place = channels_.find(name);
  return place == channels_.end() ? nullptr : place->second.get();
}

Home::Channel* Home::find_or_make(const std::string& name, Now now) {
  if (Channel* channel = find(name)) return channel;
  if (channels_.size() >= settings_.channels_max && !make_room()) return nullptr;
  auto channel = std::make_unique<Channel>();
  channel->name = SharedBytes(name);
  channel->rule = rules_.rule_for(name);
  channel->position.epoch = new_epoch();
  channel->last_use = now.steady;
  channel->use = by_last_use_.insert(by_last_use_.end(), channel.get());
  metrics_.channels_stored.add();
  return channels_.emplace(name, std::move(channel)).first->second.get();
}

// Else whoever may subscribe could use up all names, for as long as a history is kept, by coming
// and going.
bool Home::make_room() {
  for (std::size_t i = 0; i < candidates_max && !by_last_use_.empty(); ++i) {
    Channel& oldest = *by_last_use_.front();
    if (oldest.unused()) {
      erase(oldest);
      return true;
    }
    by_last_use_.splice(by_last_use_.end(), by_last_use_, oldest.use);
  }
  return false;
}

Epoch Home::new_epoch() {
  // 40 bits, never 0: ten characters on the wire; a channel meets its own old epoch by chance of 1
  // in 10^12.
  epoch_seed_ += 0x9e3779b97f4a7c15ULL;
  const auto bytes = std::bit_cast<std::array<char, sizeof epoch_seed_>>(epoch_seed_);
  const Epoch epoch = siphash({bytes.data(), bytes.size()}, process_hash_key());
  return (epoch >> 24) | 1;
}

void Home::touch(Channel& channel, Now now) {
  channel.last_use = now.steady;
  by_last_use_.splice(by_last_use_.end(), by_last_use_, channel.use);
}

void Home::account(Channel& channel) {
  history_bytes_ += channel.history.bytes();
  history_bytes_ -= channel.accounted_bytes;
  metrics_.history_bytes.add(channel.history.bytes());
  metrics_.history_bytes.subtract(channel.accounted_bytes);
  channel.accounted_bytes = channel.history.bytes();
  if (channel.history.empty() && channel.publish_use.has_value()) {
    by_last_publish_.erase(*channel.publish_use);
    channel.publish_use.reset();
  } else if (!channel.history.empty() && !channel.publish_use.has_value()) {
    channel.publish_use = by_last_publish_.insert(by_last_publish_.end(), &channel);
  }
}

void Home::trim(Channel& channel, Now now) {
  channel.history.trim(channel.rule, now.steady);
  account(channel);
}

void Home::erase(Channel& channel) {
  channel.history.clear();
  account(channel);
  by_last_use_.erase(channel.use);
  metrics_.channels_stored.subtract();
  const SharedBytes name = channel.name;
  channels_.erase(channels_.find(name.view()));
}

std::expected<Position, BrokerError> Home::publish(const PublishRequest& request, Now now) {
  Idempotency& ids = request.by_client ? clients_ids_ : backends_ids_;
  if (!request.id.empty()) {
    const auto before = ids.find(request.channel, request.id, now.unix_milliseconds);
    if (before.has_value()) return *before;
  }
  Channel* channel = find_or_make(request.channel, now);
  if (channel == nullptr) return std::unexpected(BrokerError::too_many_channels);
  if (!output_.can_take(channel->listeners)) return std::unexpected(BrokerError::overloaded);

  ++channel->position.offset;
  const Publication publication{channel->position.offset, request.content, request.exclude,
                                now.unix_milliseconds, request.received_at};
  touch(*channel, now);
  channel->history.append(publication, now.steady);
  trim(*channel, now);
  if (channel->publish_use.has_value()) {
    by_last_publish_.splice(by_last_publish_.end(), by_last_publish_, *channel->publish_use);
  }
  keep_within_bytes();
  if (!request.id.empty()) {
    ids.remember(request.channel, request.id, channel->position, now.unix_milliseconds);
  }
  metrics_.publications.add();
  const Position position = channel->position;
  output_.publish(channel->listeners, channel->name, position.epoch, publication);
  return position;
}

void Home::keep_within_bytes() {
  // The newest channel keeps its events, however large they are.
  while (history_bytes_ > settings_.history_bytes_max && by_last_publish_.size() > 1) {
    Channel& channel = *by_last_publish_.front();
    metrics_.history_evictions.add();
    if (channel.listeners == 0 && channel.presence == nullptr) {
      erase(channel);
    } else {
      channel.history.clear();
      account(channel);
    }
  }
}

std::expected<Snapshot, BrokerError> Home::snapshot(const std::string& name,
                                                    SnapshotRequest request, std::size_t loop,
                                                    Now now) {
  Channel* channel = find_or_make(name, now);
  if (channel == nullptr) return std::unexpected(BrokerError::too_many_channels);
  channel->listeners |= bit(loop);
  touch(*channel, now);
  trim(*channel, now);

  Snapshot snapshot;
  snapshot.position = channel->position;
  if (request.since.has_value()) {
    if (request.since->epoch == channel->position.epoch) {
      auto missed = channel->history.after(request.since->offset, channel->position.offset);
      snapshot.recovered = missed.has_value();
      if (missed.has_value()) snapshot.events = std::move(*missed);
    }
  } else if (request.rewind > 0) {
    snapshot.events = channel->history.last(request.rewind);
  }
  if (request.join.has_value()) {
    if (channel->presence == nullptr) channel->presence = std::make_unique<PresenceSet>();
    if (channel->presence->join(std::move(*request.join), request.connection)) {
      note_change(*channel, now);
    }
  }
  if (request.members && channel->presence != nullptr) {
    snapshot.members = channel->presence->page({}, settings_.members_listed_max);
  }
  snapshot.presence_version = presence_version_;
  return snapshot;
}

void Home::forget(std::string_view name, std::size_t loop, Now now) {
  Channel* channel = find(name);
  if (channel == nullptr) return;
  channel->listeners &= ~bit(loop);
  // Kept for the age of its history: who lost the connection for a moment finds its position again.
  touch(*channel, now);
}

void Home::leave(std::string_view name, std::string_view user, ConnectionId connection, Now now) {
  Channel* channel = find(name);
  if (channel == nullptr || channel->presence == nullptr) return;
  if (channel->presence->leave(user, connection)) note_change(*channel, now);
  if (channel->presence->size() == 0 && !channel->presence->has_change()) channel->presence.reset();
}

void Home::note_change(Channel& channel, Now now) {
  if (channel.telling_soon) return;
  channel.telling_soon = true;
  const milliseconds window = presence_window(settings_.presence_window, channel.presence->size());
  const TimePoint when = std::max(now.steady, channel.last_told + window);
  output_.tell_changes_at(when, std::string(channel.name.view()));
}

void Home::tell_changes(std::string_view name, Now now) {
  Channel* channel = find(name);
  if (channel == nullptr || !channel->telling_soon) return;
  channel->telling_soon = false;
  if (channel->presence == nullptr) return;
  channel->last_told = now.steady;
  const auto change = channel->presence->take_change(limits::presence_notice_bytes_max);
  if (channel->presence->has_change()) {
    note_change(*channel, now);
  } else if (channel->presence->size() == 0) {
    channel->presence.reset();
  }
  if (change == nullptr) return;
  change->version = ++presence_version_;
  output_.tell_presence(channel->listeners, channel->name, change);
}

HistoryPage Home::history(std::string_view name, std::optional<Offset> before, std::size_t limit,
                          Now now) {
  HistoryPage page;
  Channel* channel = find(name);
  if (channel == nullptr) return page;
  trim(*channel, now);
  page.epoch = channel->position.epoch;
  page.events = channel->history.page(before, limit, page.more);
  return page;
}

MemberPage Home::members(std::string_view name, std::string_view after, std::size_t limit) {
  Channel* channel = find(name);
  if (channel == nullptr || channel->presence == nullptr) return {};
  return channel->presence->page(after, limit);
}

ChannelDetails Home::details(std::string_view name) const {
  ChannelDetails details;
  // By the rules, as the channel may be known elsewhere only: each home tells its part.
  if (rules_.rule_for(name).kind.presence) details.members = 0;
  const Channel* channel = find(name);
  if (channel == nullptr) return details;
  details.position = channel->position;
  if (channel->presence != nullptr) details.members = channel->presence->size();
  return details;
}

void Home::sweep(Now now) {
  const std::size_t count = std::min(swept_channels_max, by_last_use_.size());
  for (std::size_t i = 0; i < count; ++i) {
    Channel& channel = *by_last_use_.front();
    const bool old = now.steady - channel.last_use >= channel.rule.history_age_max;
    if (old) trim(channel, now);
    if (old && channel.unused()) {
      erase(channel);
    } else {
      // To the end in any case, so that the next sweep comes to the others.
      by_last_use_.splice(by_last_use_.end(), by_last_use_, channel.use);
    }
  }
}

std::vector<StoredChannel> Home::store() const {
  std::vector<StoredChannel> stored;
  stored.reserve(channels_.size());
  for (const Channel* channel : by_last_use_) {
    stored.push_back({std::string(channel->name.view()), channel->position,
                      channel->history.last(channel->history.size())});
  }
  return stored;
}

StoredIds Home::store_ids() const {
  return {backends_ids_.keys(), backends_ids_.store(), clients_ids_.store()};
}

void Home::restore_ids(const StoredIds& ids) {
  backends_ids_.restore(ids.keys, ids.of_backends);
  clients_ids_.restore(ids.keys, ids.of_clients);
}

void Home::restore(StoredChannel stored, Now now) {
  Channel* channel = find_or_make(stored.name, now);
  if (channel == nullptr) return;
  channel->position = stored.position;
  for (Publication& publication : stored.events) {
    // On disk there is the time of day only. An event of the future is as old as can be known: new.
    const milliseconds age(std::max<std::int64_t>(0, now.unix_milliseconds - publication.time));
    channel->history.append(std::move(publication), now.steady - age);
  }
  trim(*channel, now);
  keep_within_bytes();
}

}  // namespace river::broker
