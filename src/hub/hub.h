// Hub: the channels of one loop and the users on it. Takes what the broker says to whoever listens,
// encoded once for all listeners of a dialect, and once a turn.
//
// Owns: channels, users, revocations. Borrows: broker, rules, dialects, and its subscribers, which
// leave (unsubscribe_all, remove_user) before they go. Thread: its loop's.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered_map.hpp>

#include "base/hash.h"
#include "base/metrics.h"
#include "broker/broker.h"
#include "hub/channel.h"
#include "hub/dialect.h"
#include "hub/revocations.h"
#include "hub/subscriber.h"
#include "hub/users.h"

namespace river::hub {

class Hub final : public broker::BrokerSink {
 public:
  // Bytes that were gathered, of whatever channels and publishers, since all were last handed out,
  // before the turn should end early. A client that listens to everything gets them all, and what
  // of them its socket does not take waits in its outbox: were a turn not bounded, a healthy client
  // would be closed as a slow reader for what others publish at one moment. A turn can end between
  // two tasks only, so to this is added what one task can gather: an event or notice of 64 KiB from
  // another loop, a slice of a request (api/publish_slices.h), what a client may send in one read.
  // An outbox of 1 MiB holds that twice, as who waits for its write (net/loop.h) may have what was
  // gathered before it came to wait, and since. While a client's kernel takes what it is given,
  // nothing of it stays longer.
  static constexpr std::size_t turn_bytes_max = 256UL * 1024;

  Hub(broker::Broker& broker, const ChannelRules& rules, Metrics& metrics,
      CatchUpLimits catch_up_limits = {});
  ~Hub() override;

  // Dialects are there before the first subscriber.
  void set_dialect(DialectIndex index, std::unique_ptr<Dialect> dialect);
  // Called when so much is pending that the turn should end.
  void set_turn_is_full(std::function<void()> hook) { turn_is_full_ = std::move(hook); }

  // Called after a user's tokens were revoked.
  using RevokedHook = std::function<void(std::string_view user, UnixSeconds at)>;
  void set_revoked(RevokedHook hook) { revoked_ = std::move(hook); }

  // The answer comes to the subscriber, now or later. It must not be subscribed already.
  void subscribe(Subscriber& subscriber, std::string_view channel, SubscribeOptions options);
  // False if it was not subscribed.
  bool unsubscribe(Subscriber& subscriber, std::string_view channel);
  void unsubscribe_all(Subscriber& subscriber);
  [[nodiscard]] bool is_subscribed(const Subscriber& subscriber, std::string_view channel) const;

  // End of turn: fan-out, to those with few listeners first.
  void flush();
  // The same while many listeners still wait for the writes of an earlier turn: to so many more at
  // most. Channels for which that is too few wait with them, and go on gathering.
  void flush_small(std::size_t listeners_max = small_channel_max);
  // As many as a turn writes to (net::Loop::writes_a_batch).
  static constexpr std::size_t small_channel_max = 1024;
  // After the writes of the turn: the latency of what was fanned out is known. Not yet that of
  // large channels, unless `all` were written to.
  void writes_done(bool all = true);
  void tick(UnixSeconds now);  // about once a second

  [[nodiscard]] Users& users() { return users_; }
  [[nodiscard]] Revocations& revocations() { return revocations_; }
  [[nodiscard]] broker::Broker& broker() { return broker_; }
  [[nodiscard]] const ChannelRules& rules() const { return rules_; }
  [[nodiscard]] Metrics& metrics() { return metrics_; }
  [[nodiscard]] Dialect& dialect(DialectIndex index) { return *dialects_[index]; }
  [[nodiscard]] std::size_t channel_count() const { return channels_.size(); }

  void on_publication(std::string_view channel, Epoch epoch,
                      const broker::Publication& publication) override;
  void on_presence(std::string_view channel,
                   const std::shared_ptr<const broker::PresenceChange>& change) override;
  void on_user_command(const broker::UserCommand& command) override;
  [[nodiscard]] std::vector<broker::ChannelCount> local_channels(std::string_view prefix,
                                                                 std::string_view after,
                                                                 std::size_t limit) const override;
  [[nodiscard]] std::uint64_t local_subscribers(std::string_view channel) const override;

 private:
  friend class Channel;
  struct Delivered {
    std::uint64_t received_at;
    std::uint64_t deliveries;
  };

  [[nodiscard]] Channel* find(std::string_view name) const;
  void erase_if_unused(Channel& channel);
  void note_pending(std::size_t bytes);
  // What did not wait, but was queued at once, belongs to the turn as well.
  void note_queued(const ChunkForms& forms);
  void note_delivered(const broker::Publication& publication, std::size_t deliveries);
  void note_latencies(std::vector<Delivered>& delivered);
  void ask_snapshot(const Channel& channel, QuestionId question, broker::SnapshotRequest request);
  void ask_repair(const Channel& channel, QuestionId question);
  [[nodiscard]] QuestionId next_question() { return next_question_++; }
  // At the end of the turn, where no channel is in the midst of something.
  void ask_later(const Channel& channel) { asking_later_.emplace_back(channel.name()); }

  broker::Broker& broker_;
  const ChannelRules& rules_;
  Metrics& metrics_;
  CatchUpLimits catch_up_limits_;
  DialectTable dialects_;
  Users users_;
  Revocations revocations_;
  boost::unordered_map<std::string, std::unique_ptr<Channel>, SeededHash, std::equal_to<>>
      channels_;
  // For lists only, which else would look at all channels for each page. Costs a node of 48 bytes a
  // channel, and is touched when the first comes or the last goes.
  struct ByName {
    using is_transparent = void;
    bool operator()(const Channel* a, const Channel* b) const { return a->name() < b->name(); }
    bool operator()(const Channel* a, std::string_view b) const { return a->name() < b; }
    bool operator()(std::string_view a, const Channel* b) const { return a < b->name(); }
  };
  std::set<const Channel*, ByName> by_name_;
  std::vector<Channel*> dirty_;                // with publications that were not handed out
  std::vector<Channel*> retries_;              // whose last question to the broker failed
  std::vector<std::string> asking_later_;      // names of channels
  std::vector<Delivered> delivered_;           // in this turn
  std::vector<Delivered> delivered_large_;     // since all were last written to
  std::vector<broker::Publication> flushing_;  // of the channel whose flush runs
  std::function<void()> turn_is_full_;
  RevokedHook revoked_;
  std::size_t pending_bytes_ = 0;
  QuestionId next_question_ = 1;
};

}  // namespace river::hub
