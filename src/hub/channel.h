// Channel: one channel on one loop: who listens here, and the point of its stream that they have
// reached. All listeners stand at the same point; who comes in waits until it stands there too.
//
//   broker ── publications ──▶ position_ ──▶ pending_ ──▶ every listener, once a turn at the most
//          ── snapshots ─────▶ CatchUp ────▶ missed events, then a listener like the others
//
// A publication that does not follow the last one means that something was lost on the way from the
// broker: later ones are held back, and the missing part is asked for (CatchUp::repairing).
// Thread: its loop's.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/channel_rules.h"
#include "base/position.h"
#include "base/shared_bytes.h"
#include "broker/broker.h"
#include "hub/catch_up.h"
#include "hub/subscriber.h"

namespace river::hub {

class Hub;

struct Listener {
  Subscriber* subscriber = nullptr;
  std::uint32_t subscription = 0;  // its place in the subscriber's list
  DialectIndex dialect = 0;        // copied here: the fan-out picks the form without a cache miss
};
static_assert(sizeof(Listener) == 16, "the fan-out loop reads these one after the other");

class Channel {
 public:
  Channel(Hub& hub, std::string_view name, const ChannelRule& rule);
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  void subscribe(Subscriber& subscriber, SubscribeOptions options);
  // Takes the subscription out of the subscriber's list as well.
  void unsubscribe(Subscriber& subscriber, std::uint32_t subscription);

  void on_publication(Epoch epoch, const broker::Publication& publication);
  void on_presence(const std::shared_ptr<const broker::PresenceChange>& change);
  void on_snapshot(QuestionId question,
                   std::expected<broker::Snapshot, broker::BrokerError> answer);
  void on_repair(QuestionId question, std::expected<broker::Snapshot, broker::BrokerError> answer);

  // Hands what is pending to every listener.
  void flush();
  void finish_turn() {
    dirty_ = false;
    flush();
  }
  // Asks again for what could not be had.
  void retry();
  // Asks for one waiter that is to be asked for; false if there is none. The answer may come at
  // once, and be the end of the channel.
  bool ask_for_next();

  [[nodiscard]] std::string_view name() const { return name_.view(); }
  [[nodiscard]] const ChannelRule& rule() const { return rule_; }
  [[nodiscard]] Position position() const { return position_; }
  // Up to where listeners were given the events already: without those that are pending.
  [[nodiscard]] Position delivered_position() const {
    return {position_.epoch, pending_.empty() ? position_.offset : pending_.front().offset - 1};
  }
  [[nodiscard]] std::size_t listener_count() const { return listeners_.size(); }
  [[nodiscard]] std::size_t subscriber_count() const {
    return listeners_.size() + (catch_up_ == nullptr ? 0 : catch_up_->waiters.size());
  }
  [[nodiscard]] bool unused() const { return subscriber_count() == 0; }
  [[nodiscard]] bool dirty() const { return dirty_; }

 private:
  [[nodiscard]] bool known() const { return position_.epoch != 0; }
  [[nodiscard]] bool repairing() const {
    return catch_up_ != nullptr && catch_up_->repair != no_question;
  }
  [[nodiscard]] bool needs_snapshot(const SubscribeOptions& options) const;
  [[nodiscard]] CatchUp& catch_up();
  void drop_catch_up_if_done();

  void add_listener(Subscriber& subscriber, std::uint32_t subscription);
  void renumber(Subscriber& subscriber, std::uint32_t from, std::uint32_t to);
  void remove_listener(std::uint32_t index);
  // Of a subscription that waits.
  [[nodiscard]] std::list<Waiter>::iterator find_waiter(const Subscriber& subscriber,
                                                        std::uint32_t subscription);
  void wait(Subscriber& subscriber, std::uint32_t subscription, SubscribeOptions options);
  void ask_for(Waiter& waiter);
  void ask_for_all_later();
  [[nodiscard]] bool is_behind(const Waiter& waiter, const broker::Snapshot& snapshot) const;
  void admit(Waiter waiter, broker::Snapshot snapshot);
  [[nodiscard]] bool add_recent(std::vector<broker::Publication>& events, Offset after) const;
  void tell_missed_presence(Subscriber& subscriber, std::uint64_t known_version);

  void advance(const broker::Publication& publication);
  void start_repair();
  void ask_for_repair();
  void drop_outdated_held(Epoch current);
  void play_held_that_follow();
  void replay_held();
  void resync(Position position);

  Hub& hub_;
  SharedBytes name_;
  ChannelRule rule_;
  Position position_;  // of the last event that listeners were given, or that is pending
  // The oldest that a snapshot here had. Changes up to it may be from a time before this loop
  // forgot the channel and came back, with some missing in between.
  std::uint64_t presence_version_ = 0;
  std::vector<Listener> listeners_;
  std::vector<broker::Publication> pending_;  // all with the same `exclude`
  std::unique_ptr<CatchUp> catch_up_;
  bool dirty_ = false;  // in the hub's list of channels to flush
};

}  // namespace river::hub
