// Listener: accepts connections on one address for one loop. Every loop has its own, on the same
// port (SO_REUSEPORT): the kernel spreads the connections.
//
// Owns: the socket, and one spare descriptor: when descriptors run out it is given up for a moment
// to accept and close, so that clients are refused instead of left waiting (and the loop does not
// spin).
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "net/address.h"
#include "net/file_descriptor.h"
#include "net/loop.h"

namespace river::net {

class Listener final : public EventHandler {
 public:
  // Takes the accepted, non-blocking socket.
  using OnAccept = std::move_only_function<void(FileDescriptor socket, const Address& peer)>;

  [[nodiscard]] static std::expected<std::unique_ptr<Listener>, std::string> open(
      Loop& loop, const Address& address, OnAccept on_accept);
  ~Listener() override;

  void start();
  [[nodiscard]] const Address& address() const { return address_; }  // with the real port

  void on_events(std::uint32_t events) override;

 private:
  Listener(Loop& loop, FileDescriptor socket, const Address& address, OnAccept on_accept);
  bool refuse_one();  // false: none was waiting

  Loop& loop_;
  FileDescriptor socket_;
  FileDescriptor spare_;
  Address address_;
  OnAccept on_accept_;
  bool watched_ = false;
};

}  // namespace river::net
