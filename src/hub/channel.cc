#include "hub/channel.h"

#include <utility>

#include "base/assert.h"
#include "hub/hub.h"

namespace river::hub {

Channel::Channel(Hub& hub, std::string_view name, const ChannelRule& rule)
    : hub_(hub), name_(name), rule_(rule) {}

// ── Listeners ──

bool Channel::needs_snapshot(const SubscribeOptions& options) const {
  if (!known() || repairing() || options.rewind > 0 || options.members) return true;
  return options.since.has_value() && *options.since != position_;
}

void Channel::subscribe(Subscriber& subscriber, SubscribeOptions options) {
  const auto subscription = static_cast<std::uint32_t>(subscriber.subscriptions.size());
  subscriber.subscriptions.push_back({this, Subscription::waiting});
  hub_.metrics_.subscriptions_open.add();
  if (needs_snapshot(options)) {
    wait(subscriber, subscription, std::move(options));
    return;
  }
  // All listeners stand at position_, and it asks for nothing older.
  flush();
  add_listener(subscriber, subscription);
  SubscribeAnswer answer;
  answer.request = options.request;
  answer.position = position_;
  if (options.since.has_value()) answer.recovered = true;
  subscriber.on_subscribed(*this, answer);
}

void Channel::add_listener(Subscriber& subscriber, std::uint32_t subscription) {
  subscriber.subscriptions[subscription].listener = static_cast<std::uint32_t>(listeners_.size());
  listeners_.push_back({&subscriber, subscription, subscriber.dialect});
}

void Channel::remove_listener(std::uint32_t index) {
  const Listener moved = listeners_.back();
  listeners_.pop_back();
  if (index < listeners_.size()) {
    listeners_[index] = moved;
    moved.subscriber->subscriptions[moved.subscription].listener = index;
  }
  // Half-empty arrays of channels that were large once go back.
  if (listeners_.capacity() >= 64 && listeners_.size() * 4 < listeners_.capacity()) {
    listeners_.shrink_to_fit();
  }
}

void Channel::unsubscribe(Subscriber& subscriber, std::uint32_t subscription) {
  auto& subscriptions = subscriber.subscriptions;
  const Subscription gone = subscriptions[subscription];
  RIVER_ASSERT(gone.channel == this);
  if (gone.listener == Subscription::waiting) {
    catch_up_->waiters.erase(find_waiter(subscriber, subscription));
    drop_catch_up_if_done();
  } else {
    remove_listener(gone.listener);
  }
  // The subscriber's last subscription takes the free place, and its channel is told.
  const auto last = static_cast<std::uint32_t>(subscriptions.size() - 1);
  if (subscription != last) {
    subscriptions[subscription] = subscriptions[last];
    subscriptions[subscription].channel->renumber(subscriber, last, subscription);
  }
  subscriptions.pop_back();
  hub_.metrics_.subscriptions_open.subtract();
}

void Channel::renumber(Subscriber& subscriber, std::uint32_t from, std::uint32_t to) {
  const std::uint32_t listener = subscriber.subscriptions[to].listener;
  if (listener != Subscription::waiting) {
    listeners_[listener].subscription = to;
    return;
  }
  find_waiter(subscriber, from)->subscription = to;
}

std::list<Waiter>::iterator Channel::find_waiter(const Subscriber& subscriber,
                                                 std::uint32_t subscription) {
  const auto place = std::ranges::find_if(catch_up_->waiters, [&](const Waiter& waiter) {
    return waiter.subscriber == &subscriber && waiter.subscription == subscription;
  });
  RIVER_ASSERT(place != catch_up_->waiters.end());
  return place;
}

// ── The live stream ──

void Channel::on_publication(Epoch epoch, const broker::Publication& publication) {
  if (!known() || repairing()) {
    CatchUp& state = catch_up();
    if (state.held.size() == hub_.catch_up_limits_.events_max) {
      state.held.clear();
      state.held_before_repair = 0;
      state.held_dropped = true;
    }
    state.held.push_back({epoch, publication});
    return;
  }
  if (epoch == position_.epoch) {
    if (publication.offset <= position_.offset) return;  // known already, from a snapshot
    if (publication.offset == position_.offset + 1) {
      advance(publication);
      return;
    }
  }
  catch_up().held.push_back({epoch, publication});
  start_repair();
}

void Channel::advance(const broker::Publication& publication) {
  if (!pending_.empty() && pending_.back().exclude != publication.exclude) flush();
  position_.offset = publication.offset;
  if (catch_up_ != nullptr && !catch_up_->waiters.empty()) {
    catch_up_->recent.push_back(publication);
    if (catch_up_->recent.size() > hub_.catch_up_limits_.events_max) {
      catch_up_->recent.pop_front();
    }
  }
  if (listeners_.empty()) return;
  pending_.push_back(publication);
  if (!dirty_) {
    dirty_ = true;
    hub_.dirty_.push_back(this);
  }
  hub_.note_pending(publication.content.size());
}

void Channel::flush() {
  if (pending_.empty()) return;
  // Out of pending_ first: whoever asks meanwhile finds them delivered.
  std::vector<broker::Publication>& events = hub_.flushing_;
  events.swap(pending_);
  ChunkForms forms;
  const ConnectionId exclude = events.front().exclude;
  std::size_t deliveries = 0;
  for (const Listener& listener : listeners_) {
    if (exclude != 0 && listener.subscriber->connection == exclude) continue;
    SharedBytes& form = forms[listener.dialect];
    if (!form) form = hub_.dialect(listener.dialect).events(name(), position_.epoch, events);
    listener.subscriber->deliver(form);
    ++deliveries;
  }
  for (const broker::Publication& event : events) hub_.note_delivered(event, deliveries);
  events.clear();
}

void Channel::on_presence(const std::shared_ptr<const broker::PresenceChange>& change) {
  // Events of the same turn came before it.
  flush();
  if (catch_up_ != nullptr && !catch_up_->waiters.empty()) {
    catch_up_->presence.push_back(change);
    // A snapshot that is asked for from now on has them all.
    if (catch_up_->presence.size() > hub_.catch_up_limits_.presence_changes_max) {
      ask_for_all_later();
    }
  }
  if (change->version <= presence_version_) return;
  ChunkForms forms;
  for (const Listener& listener : listeners_) {
    SharedBytes& form = forms[listener.dialect];
    if (!form) form = hub_.dialect(listener.dialect).presence(name(), *change);
    listener.subscriber->deliver(form);
  }
  hub_.metrics_.deliveries.add(listeners_.size());
  hub_.note_queued(forms);
}

}  // namespace river::hub
