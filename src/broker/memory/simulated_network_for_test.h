// For tests and fuzzing only: the loops of a process without threads. Messages wait between each
// pair of loops until the test lets one arrive; time is the test's.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "broker/memory/courier.h"

namespace river::broker {

class SimulatedNetwork {
 public:
  explicit SimulatedNetwork(std::size_t loops) : queues_(loops * loops), full_(loops) {
    for (std::size_t loop = 0; loop < loops; ++loop) {
      couriers_.push_back(std::make_unique<LoopCourier>(*this, loop));
    }
  }

  [[nodiscard]] Courier& courier(std::size_t loop) { return *couriers_[loop]; }
  [[nodiscard]] std::size_t loops() const { return couriers_.size(); }
  [[nodiscard]] std::size_t waiting(std::size_t from, std::size_t to) const {
    return queues_[from * loops() + to].size();
  }

  // The oldest message between the two; false if there is none.
  bool deliver(std::size_t from, std::size_t to) {
    auto& queue = queues_[from * loops() + to];
    if (queue.empty()) return false;
    Courier::Message message = std::move(queue.front());
    queue.pop_front();
    message();
    return true;
  }

  // Until none is left, also of those that follow from others. Returns how many there were.
  std::size_t deliver_all() {
    std::size_t delivered = 0;
    for (bool more = true; more;) {
      more = false;
      for (std::size_t from = 0; from < loops(); ++from) {
        for (std::size_t to = 0; to < loops(); ++to) {
          while (deliver(from, to)) {
            more = true;
            ++delivered;
          }
        }
      }
    }
    return delivered;
  }

  // Runs the timers that come due, each at its time.
  void advance(milliseconds by) {
    const TimePoint end = now_.steady + by;
    while (!timers_.empty() && timers_.begin()->first <= end) {
      auto timer = timers_.extract(timers_.begin());
      set_time(std::max(now_.steady, timer.key()));
      timer.mapped()();
    }
    set_time(end);
  }

  [[nodiscard]] Now now() const { return now_; }
  [[nodiscard]] std::size_t timers() const { return timers_.size(); }
  void set_full(std::size_t loop, bool full) { full_[loop] = full; }

 private:
  class LoopCourier final : public Courier {
   public:
    LoopCourier(SimulatedNetwork& network, std::size_t loop) : network_(network), loop_(loop) {}
    void send(std::size_t loop, Message message) override {
      network_.queues_[loop_ * network_.loops() + loop].push_back(std::move(message));
    }
    [[nodiscard]] bool full(std::size_t loop) const override { return network_.full_[loop]; }
    void call_at(TimePoint when, Message message) override {
      network_.timers_.emplace(when, std::move(message));
    }
    [[nodiscard]] Now now() const override { return network_.now_; }

   private:
    SimulatedNetwork& network_;
    std::size_t loop_;
  };

  void set_time(TimePoint time) {
    now_.unix_milliseconds += (time - now_.steady).count();
    now_.steady = time;
  }

  std::vector<std::unique_ptr<LoopCourier>> couriers_;
  std::vector<std::deque<Courier::Message>> queues_;  // by sender, then receiver
  std::vector<bool> full_;
  std::multimap<TimePoint, Courier::Message> timers_;
  Now now_{TimePoint(milliseconds(1'000'000)), 1'700'000'000'000};
};

}  // namespace river::broker
