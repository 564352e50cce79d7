// OpenLoop: publications to one channel at a fixed rate, and how long each delivery of them took
// from the moment at which it was due.
//
// Borrows: the arena.
#pragma once

#include <cstdint>
#include <string>

#include "arena.h"
#include "latencies.h"
#include "pacer.h"

namespace river::bench {

class OpenLoop : public ClientListener {
 public:
  OpenLoop(Arena& arena, std::string channel, std::string data, double per_second);

  // Publishes what is due and reads what has come; waits for the next to publish, and for
  // `nanoseconds_max` at most.
  void turn(std::int64_t nanoseconds_max = 1'000'000'000);
  void run_for(double seconds);
  // Another publication with each, to another channel.
  void accompany(std::string channel, std::string data);
  // From now on latencies are counted anew.
  void restart_latencies();

  // Of all clients that `counts` says yes to.
  [[nodiscard]] const Latencies& latencies() const { return latencies_; }
  // How late the publications themselves were sent: the bench's own share.
  [[nodiscard]] const Latencies& lateness() const { return lateness_; }
  [[nodiscard]] std::uint64_t published() const { return pacer_.taken(); }
  [[nodiscard]] std::uint64_t last_offset() const { return first_offset_ + published() - 1; }

  // Publishes and reads until each client has all that was published by now, or nothing has come
  // for 5 seconds; what is missing then is lost.
  void catch_up();

  void on_event(Client& client, const Message& message) override;

 protected:
  [[nodiscard]] virtual bool counts(const Client& /*client*/) const { return true; }

 private:
  Arena& arena_;
  std::string channel_;
  std::string data_;
  std::string other_channel_;
  std::string other_data_;
  std::uint64_t first_offset_;
  Pacer pacer_;
  Latencies latencies_;
  Latencies lateness_;
};

}  // namespace river::bench
