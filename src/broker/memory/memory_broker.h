// MemoryBroker: the broker that is built in. Each channel has a home loop, by the hash of its name;
// this is the face of the whole on one loop. Questions go to the home as messages, answers come
// back as messages; what asks waits in `pending_` on its own loop and is never touched by another.
//
// Owns: the Home of this loop. Borrows: courier, rules, settings. Thread: its loop's.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/unordered_map.hpp>

#include "broker/broker.h"
#include "broker/memory/courier.h"
#include "broker/memory/home.h"

namespace river::broker {

class MemoryBroker final : public Broker, private HomeOutput {
 public:
  MemoryBroker(std::size_t loop, Courier& courier, const HomeSettings& settings,
               const ChannelRules& rules, Metrics& metrics);
  ~MemoryBroker() override;

  // All brokers of the process by loop, this one among them. Call once, before anything else.
  void connect(std::vector<MemoryBroker*> peers, BrokerSink& sink);

  void publish(PublishRequest request, Answer<Position> answer) override;
  void snapshot(std::string channel, SnapshotRequest request, Answer<Snapshot> answer) override;
  void forget(std::string channel) override;
  void leave(std::string channel, std::string user, ConnectionId connection) override;
  void history(std::string channel, std::optional<Offset> before, std::size_t limit,
               Answer<HistoryPage> answer) override;
  void members(std::string channel, std::string after, std::size_t limit,
               Answer<MemberPage> answer) override;
  void channels(std::string prefix, std::string after, std::size_t limit,
                Answer<ChannelPage> answer) override;
  void channel(std::string channel, Answer<ChannelDetails> answer) override;
  void tell_user(UserCommand command, Answer<std::monostate> answer) override;
  [[nodiscard]] bool ready() const override { return !closed_; }

  // Nothing new is to be let in. What was let in before goes on.
  void close() { closed_ = true; }

  [[nodiscard]] std::size_t home_of(std::string_view channel) const;
  [[nodiscard]] Home& home() { return home_; }
  void sweep() { home_.sweep(courier_.now()); }

 private:
  // A question to `loop` whose work gives a std::expected<T, BrokerError> there.
  template <typename T, typename Work>
  void ask(std::size_t loop, Work work, Answer<T> answer);
  template <typename T, typename Work>
  void ask_even_if_full(std::size_t loop, Work work, Answer<T> answer);
  // Asks every loop, and gives all results at once, by loop. If one of them can't be asked, none
  // is: a part is no answer.
  template <typename T, typename Work>
  void ask_all(const Work& work, Answer<std::vector<T>> answer);
  void tell_all_loops(const UserCommand& command, Answer<std::monostate> answer);
  void resolve(std::uint64_t question, void* result);
  void run_on(std::size_t loop, std::move_only_function<void(MemoryBroker&)> work);

  void publish(LoopSet listeners, const SharedBytes& channel, Epoch epoch,
               const Publication& publication) override;
  void tell_presence(LoopSet listeners, const SharedBytes& channel,
                     std::shared_ptr<const PresenceChange> change) override;
  [[nodiscard]] bool can_take(LoopSet listeners) const override;
  void tell_changes_at(TimePoint when, std::string channel) override;

  const std::size_t loop_;
  Courier& courier_;
  Home home_;
  std::vector<MemoryBroker*> peers_;
  BrokerSink* sink_ = nullptr;
  bool closed_ = false;
  std::uint64_t next_question_ = 1;
  boost::unordered_map<std::uint64_t, std::move_only_function<void(void*)>> pending_;
};

}  // namespace river::broker
