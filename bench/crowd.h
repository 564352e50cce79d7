// Crowd: many clients of one server in one loop, and what they count together.
//
// Owns: the clients and an epoll. Borrows: the adapter, the way to speak TLS.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "client.h"
#include "net/file_descriptor.h"

namespace river::bench {

class Crowd {
 public:
  Crowd(const Adapter& adapter, const Stream::Target& target, Pipelining pipelined);

  // One more client; it does not come yet.
  Client& add(const Identity& identity, const std::vector<std::string>& channels);
  void start(Client& client);
  // As `start`, with a small buffer of its socket for what it does not read.
  void start_slow(Client& client, int receive_bytes);
  // The loop looks away from it: it is there, but reads no more.
  void stop_reading(Client& client);
  void go_on_reading(Client& client);

  // `concurrency` at a time, until each of the clients from `first` on is in.
  void open_from(std::size_t first, int concurrency, ClientListener& listener);
  void open_from(std::size_t first, int concurrency = 256) {
    open_from(first, concurrency, ignore_);
  }

  // Waits for something to read, `nanoseconds` at most, and reads it. How many had some.
  int turn(std::int64_t nanoseconds, ClientListener& listener);
  int turn(std::int64_t nanoseconds) { return turn(nanoseconds, ignore_); }
  // Turns until the crowd has received `events` in all. False: none has come for 5 seconds.
  [[nodiscard]] bool receive(std::uint64_t events, ClientListener& listener);
  [[nodiscard]] bool receive(std::uint64_t events) { return receive(events, ignore_); }

  // Reads what may still be on its way. What has not come of `channel` up to `last` is lost then,
  // for each client that is here.
  void finish(const std::string& channel, std::uint64_t last);
  // Reads until no event has come for a moment; for longer as long as some are missing.
  void read_the_rest(const std::function<bool()>& is_missing);
  // Forgets all clients; the server sees resets.
  void clear();

  // Another descriptor that the loop looks at, for as long as it is open.
  void watch(int fd, std::move_only_function<void()> on_readable);

  [[nodiscard]] std::size_t size() const { return clients_.size(); }
  [[nodiscard]] Client& operator[](std::size_t index) { return *clients_[index]; }
  [[nodiscard]] CrowdShared& shared() { return shared_; }
  [[nodiscard]] Tally& tally() { return shared_.tally; }

 private:
  [[nodiscard]] bool missing(const std::string& channel, std::uint64_t last) const;
  void add_to_epoll(int fd, std::uint64_t mark);

  ClientListener ignore_;
  CrowdShared shared_;
  std::vector<char> buffer_;
  net::FileDescriptor epoll_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<std::move_only_function<void()>> others_;
};

}  // namespace river::bench
