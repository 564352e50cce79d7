// Client: one subscriber's socket: as little work a message as can be, so that it is never the
// bottleneck, but every offset is looked at.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "net/file_descriptor.h"

namespace river::bench {

[[nodiscard]] net::FileDescriptor connect_to(std::uint16_t port);
void send_all(int fd, std::string_view bytes);
// Blocks until `marker` has come; returns all that came.
std::string receive_until(int fd, std::string_view marker);
void set_nonblocking(int fd);
// The number that `text` starts with; 0 if it does not.
[[nodiscard]] std::uint64_t leading_number(std::string_view text);

[[nodiscard]] std::string upgrade_request();
// A masked text frame.
[[nodiscard]] std::string client_frame(std::string_view json);
[[nodiscard]] std::string auth_frame(std::string_view secret, int user);

class Client {
 public:
  Client() = default;

  // Connects, authenticates and subscribes; one step after the other, or all in one packet.
  void open(std::uint16_t port, std::string_view secret, int user, std::string_view channel,
            bool pipelined);
  // Reads what is there and returns how many events it was. Fails if an offset is missing or
  // double.
  int read_events(char* buffer, std::size_t size);

  [[nodiscard]] int fd() const { return socket_.get(); }

 private:
  void take(std::string_view payload, int& events);

  net::FileDescriptor socket_;
  std::string partial_;
  std::uint64_t next_offset_ = 0;
};

}  // namespace river::bench
