// The part of Channel that knows of more than one point of the stream: who comes in catches up with
// it, and what was lost on the way from the broker is mended.
#include <algorithm>
#include <utility>

#include "hub/channel.h"
#include "hub/hub.h"

namespace river::hub {

// ── Catching up ──

CatchUp& Channel::catch_up() {
  if (catch_up_ == nullptr) catch_up_ = std::make_unique<CatchUp>();
  return *catch_up_;
}

void Channel::drop_catch_up_if_done() {
  if (catch_up_ == nullptr) return;
  if (catch_up_->waiters.empty()) {
    catch_up_->recent.clear();
    catch_up_->presence.clear();
  }
  if (catch_up_->done()) catch_up_.reset();
}

void Channel::wait(Subscriber& subscriber, std::uint32_t subscription, SubscribeOptions options) {
  auto& waiters = catch_up().waiters;
  waiters.push_back({no_question, &subscriber, subscription, 1, std::move(options)});
  ask_for(waiters.back());
}

void Channel::ask_for(Waiter& waiter) {
  waiter.question = hub_.next_question();
  broker::SnapshotRequest request;
  request.since = waiter.options.since;
  request.rewind = waiter.options.rewind;
  request.members = waiter.options.members;
  request.join = waiter.options.join;
  request.connection = waiter.subscriber->connection;
  hub_.ask_snapshot(*this, waiter.question, std::move(request));
}

bool Channel::ask_for_next() {
  if (catch_up_ == nullptr || repairing()) return false;
  auto& waiters = catch_up_->waiters;
  const auto place = std::ranges::find(waiters, no_question, &Waiter::question);
  if (place == waiters.end()) return false;
  waiters.splice(waiters.end(), waiters, place);
  ask_for(waiters.back());
  return true;
}

void Channel::ask_for_all_later() {
  catch_up_->presence.clear();
  for (Waiter& waiter : catch_up_->waiters) waiter.question = no_question;
  hub_.ask_later(*this);
}

void Channel::on_snapshot(QuestionId question,
                          std::expected<broker::Snapshot, broker::BrokerError> answer) {
  if (catch_up_ == nullptr) return;
  const auto place = std::ranges::find(catch_up_->waiters, question, &Waiter::question);
  if (place == catch_up_->waiters.end()) return;  // it left meanwhile
  if (!answer.has_value()) {
    const Waiter waiter = std::move(*place);
    unsubscribe(*waiter.subscriber, waiter.subscription);
    waiter.subscriber->on_subscribe_failed(name(), waiter.options.request, answer.error());
    return;
  }
  if (!known()) {
    position_ = answer->position;
    presence_version_ = answer->presence_version;
  } else if (is_behind(*place, *answer)) {
    // The stream is mended first; then the waiter is asked for again.
    place->question = no_question;
    start_repair();
    return;
  }
  Waiter waiter = std::move(*place);
  catch_up_->waiters.erase(place);
  admit(std::move(waiter), std::move(*answer));
}

// Of two epochs, which is the newer can't be seen from here; and who has more than the listeners
// can't become one of them.
bool Channel::is_behind(const Waiter& waiter, const broker::Snapshot& snapshot) const {
  if (snapshot.position.epoch != position_.epoch) return true;
  return snapshot.recovered && waiter.options.since->offset > position_.offset;
}

// The snapshot's position and the stream's are of one epoch; each may be ahead of the other.
void Channel::admit(Waiter waiter, broker::Snapshot snapshot) {
  const std::uint32_t rewind = waiter.options.rewind;
  std::vector<broker::Publication>& events = snapshot.events;
  std::vector<broker::Publication> ahead;
  if (snapshot.position.offset > position_.offset) {
    // The stream is behind: all listeners get these events, this one as one of them.
    const auto first_ahead = std::ranges::find_if(
        events, [&](const auto& event) { return event.offset > position_.offset; });
    ahead.assign(first_ahead, events.end());
    events.erase(first_ahead, events.end());
  } else if (snapshot.recovered || rewind > 0) {
    if (!add_recent(events, snapshot.position.offset)) {
      if (waiter.attempts < hub_.catch_up_limits_.attempts_max) {
        ++waiter.attempts;
        catch_up_->waiters.push_back(std::move(waiter));
        ask_for(catch_up_->waiters.back());
        return;
      }
      events.clear();
      snapshot.recovered = false;
    }
    // With the live ones it can be more than were asked for.
    if (rewind > 0 && events.size() > rewind) events.erase(events.begin(), events.end() - rewind);
  }
  const ConnectionId own = waiter.subscriber->connection;
  std::erase_if(events, [own](const auto& event) { return own != 0 && event.exclude == own; });

  flush();  // what is pending was before this listener's time, or is among its events
  add_listener(*waiter.subscriber, waiter.subscription);
  SubscribeAnswer answer;
  answer.request = waiter.options.request;
  answer.position = position_;
  answer.events = events;
  if (waiter.options.since.has_value()) answer.recovered = snapshot.recovered;
  if (waiter.options.members) answer.members = &snapshot.members;
  waiter.subscriber->on_subscribed(*this, answer);
  tell_missed_presence(*waiter.subscriber, snapshot.presence_version);

  // Among the held ones, which are younger, they would be out of order; and the repair has them.
  if (repairing()) ahead.clear();
  replay_held();
  for (const broker::Publication& publication : ahead) {
    on_publication(snapshot.position.epoch, publication);
  }
  drop_catch_up_if_done();
}

// Appends the live events between `after` and the stream's position; false if some are gone
// already.
bool Channel::add_recent(std::vector<broker::Publication>& events, Offset after) const {
  Offset next = after + 1;
  for (const broker::Publication& publication : catch_up_->recent) {
    if (publication.offset != next) continue;
    events.push_back(publication);
    ++next;
  }
  return next == position_.offset + 1;
}

void Channel::tell_missed_presence(Subscriber& subscriber, std::uint64_t known_version) {
  presence_version_ = std::min(presence_version_, known_version);
  for (const auto& change : catch_up_->presence) {
    if (change->version <= known_version) continue;
    subscriber.deliver(hub_.dialect(subscriber.dialect).presence(name(), *change));
  }
}

// ── Mending the stream ──

void Channel::start_repair() {
  if (!repairing()) ask_for_repair();
}

void Channel::ask_for_repair() {
  CatchUp& state = catch_up();
  state.repair = hub_.next_question();
  state.held_before_repair = state.held.size();
  hub_.ask_repair(*this, state.repair);
}

void Channel::retry() {
  if (catch_up_ == nullptr || !catch_up_->repair_failed) return;
  catch_up_->repair_failed = false;
  ask_for_repair();
}

void Channel::on_repair(QuestionId question,
                        std::expected<broker::Snapshot, broker::BrokerError> answer) {
  if (!repairing() || catch_up_->repair != question) return;
  if (!answer.has_value()) {
    if (!std::exchange(catch_up_->repair_failed, true)) hub_.retries_.push_back(this);
    return;
  }
  catch_up_->repair = no_question;
  if (!catch_up_->waiters.empty()) hub_.ask_later(*this);
  drop_outdated_held(answer->position.epoch);
  if (answer->recovered) {
    for (const broker::Publication& publication : answer->events) {
      on_publication(answer->position.epoch, publication);
    }
  } else {
    play_held_that_follow();
    if (answer->position.epoch != position_.epoch || answer->position.offset > position_.offset) {
      resync(answer->position);
    }
  }
  replay_held();
  drop_catch_up_if_done();
}

void Channel::resync(Position position) {
  flush();
  position_ = position;
  // Waiters may hold on to nothing of the old stream.
  catch_up_->recent.clear();
  // A subscriber only queues here, so the array stays as it is.
  for (const Listener& listener : listeners_) listener.subscriber->on_resync(*this, position);
}

void Channel::drop_outdated_held(Epoch current) {
  auto& held = catch_up_->held;
  const auto end = held.begin() + static_cast<std::ptrdiff_t>(catch_up_->held_before_repair);
  held.erase(std::remove_if(held.begin(), end,
                            [current](const auto& entry) { return entry.epoch != current; }),
             end);
  catch_up_->held_before_repair = 0;
}

// What the broker has forgotten already may all have arrived here meanwhile.
void Channel::play_held_that_follow() {
  for (const HeldPublication& entry : catch_up_->held) {
    if (entry.epoch == position_.epoch && entry.publication.offset == position_.offset + 1) {
      advance(entry.publication);
    }
  }
}

void Channel::replay_held() {
  if (catch_up_ == nullptr || repairing()) return;
  const auto held = std::exchange(catch_up_->held, {});
  const bool dropped = std::exchange(catch_up_->held_dropped, false);
  for (const HeldPublication& entry : held) on_publication(entry.epoch, entry.publication);
  if (dropped) start_repair();
}

}  // namespace river::hub
