#include "hub/hub.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace river::hub {
namespace {

std::size_t largest(const ChunkForms& forms) {
  std::size_t bytes = 0;
  for (const SharedBytes& form : forms) bytes = std::max(bytes, form.size());
  return bytes;
}

}  // namespace

Hub::Hub(broker::Broker& broker, const ChannelRules& rules, Metrics& metrics,
         CatchUpLimits catch_up_limits)
    : broker_(broker), rules_(rules), metrics_(metrics), catch_up_limits_(catch_up_limits) {}

Hub::~Hub() = default;

void Hub::set_dialect(DialectIndex index, std::unique_ptr<Dialect> dialect) {
  RIVER_ASSERT(index < dialects_max);
  dialects_[index] = std::move(dialect);
}

Channel* Hub::find(std::string_view name) const {
  const auto place = channels_.find(name);
  return place == channels_.end() ? nullptr : place->second.get();
}

// ── Subscriptions ──

void Hub::subscribe(Subscriber& subscriber, std::string_view name, SubscribeOptions options) {
  RIVER_ASSERT(!is_subscribed(subscriber, name));
  Channel* channel = find(name);
  if (channel == nullptr) {
    auto made = std::make_unique<Channel>(*this, name, rules_.rule_for(name));
    channel = channels_.emplace(name, std::move(made)).first->second.get();
    by_name_.insert(channel);
    metrics_.channels_open.add();
  }
  channel->subscribe(subscriber, std::move(options));
  // The broker may have refused at once.
  if (Channel* still = find(name)) erase_if_unused(*still);
}

bool Hub::unsubscribe(Subscriber& subscriber, std::string_view name) {
  for (std::uint32_t i = 0; i < subscriber.subscriptions.size(); ++i) {
    Channel& channel = *subscriber.subscriptions[i].channel;
    if (channel.name() != name) continue;
    channel.unsubscribe(subscriber, i);
    erase_if_unused(channel);
    return true;
  }
  return false;
}

void Hub::unsubscribe_all(Subscriber& subscriber) {
  while (!subscriber.subscriptions.empty()) {
    const auto last = static_cast<std::uint32_t>(subscriber.subscriptions.size() - 1);
    Channel& channel = *subscriber.subscriptions[last].channel;
    channel.unsubscribe(subscriber, last);
    erase_if_unused(channel);
  }
}

bool Hub::is_subscribed(const Subscriber& subscriber, std::string_view name) const {
  return std::ranges::any_of(subscriber.subscriptions, [name](const Subscription& subscription) {
    return subscription.channel->name() == name;
  });
}

void Hub::erase_if_unused(Channel& channel) {
  if (!channel.unused()) return;
  if (channel.dirty()) std::erase(dirty_, &channel);
  std::erase(retries_, &channel);
  by_name_.erase(&channel);
  std::string name(channel.name());
  channels_.erase(channels_.find(name));
  metrics_.channels_open.subtract();
  broker_.forget(std::move(name));
}

// ── The turn ──

void Hub::note_queued(const ChunkForms& forms) {
  note_pending(largest(forms));
}

void Hub::note_pending(std::size_t bytes) {
  pending_bytes_ += bytes;
  if (pending_bytes_ > turn_bytes_max && turn_is_full_) turn_is_full_();
}

void Hub::note_delivered(const broker::Publication& publication, std::size_t deliveries) {
  metrics_.deliveries.add(deliveries);
  if (deliveries != 0 && publication.received_at != 0) {
    auto& delivered = deliveries > small_channel_max ? delivered_large_ : delivered_;
    delivered.push_back({publication.received_at, deliveries});
  }
}

void Hub::flush() {
  flush_small();
  for (Channel* channel : dirty_) channel->finish_turn();
  dirty_.clear();
  pending_bytes_ = 0;
}

void Hub::flush_small(std::size_t listeners_max) {
  for (const std::string& name : std::exchange(asking_later_, {})) {
    for (Channel* channel = find(name); channel != nullptr && channel->ask_for_next();) {
      channel = find(name);
    }
  }
  // A flush can't make a channel dirty: subscribers only queue.
  std::size_t left = listeners_max;
  std::erase_if(dirty_, [&left](Channel* channel) {
    if (channel->listener_count() > left) return false;
    left -= channel->listener_count();
    channel->finish_turn();
    return true;
  });
}

void Hub::writes_done(bool all) {
  note_latencies(delivered_);
  if (all) note_latencies(delivered_large_);
}

void Hub::note_latencies(std::vector<Delivered>& delivered) {
  if (delivered.empty()) return;
  const std::uint64_t now = steady_nanoseconds();
  for (const auto& [received_at, deliveries] : delivered) {
    metrics_.publish_to_socket.add(now > received_at ? now - received_at : 0, deliveries);
  }
  delivered.clear();
}

void Hub::tick(UnixSeconds now) {
  for (Channel* channel : std::exchange(retries_, {})) channel->retry();
  revocations_.forget_old(now);
}

// ── What the broker answers ──

void Hub::ask_snapshot(const Channel& channel, QuestionId question,
                       broker::SnapshotRequest request) {
  std::string name(channel.name());
  broker_.snapshot(
      name, std::move(request),
      [this, name, question](std::expected<broker::Snapshot, broker::BrokerError> answer) {
        if (Channel* asked = find(name)) asked->on_snapshot(question, std::move(answer));
        // It may have asked again, and have been erased on a refusal.
        if (Channel* still = find(name)) erase_if_unused(*still);
      });
}

void Hub::ask_repair(const Channel& channel, QuestionId question) {
  broker::SnapshotRequest request;
  request.since = channel.position();
  std::string name(channel.name());
  broker_.snapshot(
      name, std::move(request),
      [this, name, question](std::expected<broker::Snapshot, broker::BrokerError> answer) {
        Channel* asked = find(name);
        if (asked != nullptr) asked->on_repair(question, std::move(answer));
      });
}

void Hub::on_publication(std::string_view name, Epoch epoch,
                         const broker::Publication& publication) {
  if (Channel* channel = find(name)) channel->on_publication(epoch, publication);
}

void Hub::on_presence(std::string_view name,
                      const std::shared_ptr<const broker::PresenceChange>& change) {
  if (Channel* channel = find(name)) channel->on_presence(change);
}

void Hub::on_user_command(const broker::UserCommand& command) {
  using Kind = broker::UserCommand::Kind;
  if (command.kind == Kind::publish) {
    ChunkForms forms;
    users_.for_each(command.user, [&](Subscriber& subscriber) {
      SharedBytes& form = forms[subscriber.dialect];
      if (!form) form = dialect(subscriber.dialect).user_event(command.content);
      subscriber.deliver(form);
      metrics_.deliveries.add();
    });
    note_queued(forms);
    return;
  }
  if (command.kind == Kind::revoke) {
    revocations_.add(command.user, command.at);
    if (revoked_) revoked_(command.user, command.at);
  }
  users_.for_each(command.user, [](Subscriber& subscriber) { subscriber.on_disconnect(); });
}

std::vector<broker::ChannelCount> Hub::local_channels(std::string_view prefix,
                                                      std::string_view after,
                                                      std::size_t limit) const {
  std::vector<broker::ChannelCount> counts;
  auto place = after < prefix ? by_name_.lower_bound(prefix) : by_name_.upper_bound(after);
  for (; place != by_name_.end() && counts.size() < limit; ++place) {
    const Channel& channel = **place;
    if (!channel.name().starts_with(prefix)) break;
    counts.push_back({std::string(channel.name()), channel.subscriber_count()});
  }
  return counts;
}

std::uint64_t Hub::local_subscribers(std::string_view name) const {
  const Channel* channel = find(name);
  return channel == nullptr ? 0 : channel->subscriber_count();
}

}  // namespace river::hub
