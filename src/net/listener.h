// Listener: accepts connections on one address for one loop. Every loop has its own, on the same
// port (SO_REUSEPORT): the kernel spreads the connections.
//
// Owns: the socket, and one spare descriptor: when descriptors run out it is given up for a moment
// to accept and close, so that clients are refused instead of left waiting. Somebody else may get
// it in that moment, and the kernel may run out of more than descriptors: while nothing can be
// accepted the socket is not looked at for a while (the loop would spin), and clients wait.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "net/address.h"
#include "net/file_descriptor.h"
#include "net/loop.h"

namespace river::net {

class Listener final : public EventHandler {
 public:
  // Takes the accepted, non-blocking socket.
  using OnAccept = std::move_only_function<void(FileDescriptor socket, const Address& peer)>;

  // How long nothing is accepted after it has failed.
  static constexpr milliseconds rest_time{100};

  [[nodiscard]] static std::expected<std::unique_ptr<Listener>, std::string> open(
      Loop& loop, const Address& address, OnAccept on_accept);
  ~Listener() override;

  void start();
  [[nodiscard]] const Address& address() const { return address_; }  // with the real port

  void on_events(std::uint32_t events) override;

 private:
  Listener(Loop& loop, FileDescriptor socket, const Address& address, OnAccept on_accept);
  void rest();
  bool refuse_one();  // false: it could not even do that

  Loop& loop_;
  FileDescriptor socket_;
  FileDescriptor spare_;
  Address address_;
  OnAccept on_accept_;
  std::shared_ptr<Listener*> self_;  // for what comes after a rest: it may be gone by then
  std::uint64_t busy_turn_ = 0;      // in that one, more are looked for
  bool watched_ = false;
};

}  // namespace river::net
