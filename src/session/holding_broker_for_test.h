// For tests: another broker whose answers can be held back until the test lets them come, or be
// failures. So a synchronous broker shows what a remote one does.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "broker/broker.h"

namespace river::session {

class HoldingBroker final : public broker::Broker {
 public:
  explicit HoldingBroker(broker::Broker& inner) : inner_(inner) {}

  void hold() { holding_ = true; }
  // The answers that were held come now, and later ones at once.
  void let_go() {
    holding_ = false;
    for (auto& answer : std::exchange(held_, {})) answer();
  }
  // From now on questions are answered with this, and nothing is done.
  void fail(std::optional<broker::BrokerError> error) { failure_ = error; }
  void close() { closed_ = true; }

  void publish(broker::PublishRequest request, broker::Answer<Position> answer) override {
    if (refuse(answer)) return;
    inner_.publish(std::move(request), held(std::move(answer)));
  }
  void snapshot(std::string channel, broker::SnapshotRequest request,
                broker::Answer<broker::Snapshot> answer) override {
    if (refuse(answer)) return;
    inner_.snapshot(std::move(channel), std::move(request), held(std::move(answer)));
  }
  void forget(std::string channel) override { inner_.forget(std::move(channel)); }
  void leave(std::string channel, std::string user, ConnectionId connection) override {
    inner_.leave(std::move(channel), std::move(user), connection);
  }
  void history(std::string channel, std::optional<Offset> before, std::size_t limit,
               broker::Answer<broker::HistoryPage> answer) override {
    if (refuse(answer)) return;
    inner_.history(std::move(channel), before, limit, held(std::move(answer)));
  }
  void members(std::string channel, std::string after, std::size_t limit,
               broker::Answer<broker::MemberPage> answer) override {
    if (refuse(answer)) return;
    inner_.members(std::move(channel), std::move(after), limit, held(std::move(answer)));
  }
  void channels(std::string prefix, std::string after, std::size_t limit,
                broker::Answer<broker::ChannelPage> answer) override {
    inner_.channels(std::move(prefix), std::move(after), limit, held(std::move(answer)));
  }
  void channel(std::string channel, broker::Answer<broker::ChannelDetails> answer) override {
    inner_.channel(std::move(channel), held(std::move(answer)));
  }
  void tell_user(broker::UserCommand command, broker::Answer<std::monostate> answer) override {
    inner_.tell_user(std::move(command), held(std::move(answer)));
  }
  [[nodiscard]] bool ready() const override { return !closed_ && inner_.ready(); }

 private:
  template <typename T>
  bool refuse(broker::Answer<T>& answer) {
    if (failure_.has_value()) answer(std::unexpected(*failure_));
    return failure_.has_value();
  }

  template <typename T>
  broker::Answer<T> held(broker::Answer<T> answer) {
    using Result = std::expected<T, broker::BrokerError>;
    return [this, answer = std::move(answer)](Result result) mutable {
      if (!holding_) return answer(std::move(result));
      held_.emplace_back([answer = std::move(answer), result = std::move(result)]() mutable {
        answer(std::move(result));
      });
    };
  }

  broker::Broker& inner_;
  bool holding_ = false;
  bool closed_ = false;
  std::optional<broker::BrokerError> failure_;
  std::vector<std::move_only_function<void()>> held_;
};

}  // namespace river::session
