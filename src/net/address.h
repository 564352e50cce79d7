// Address: an IP address and a port, IPv4 or IPv6, as a small value. IPv4 is kept as IPv6 writes
// it (::ffff:a.b.c.d), so that a client is the same whichever listener it came through.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include <sys/socket.h>

namespace river::net {

// What system calls take.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

class Address {
 public:
  Address() = default;  // [::]:0

  // "127.0.0.1:8080" or "[::1]:8080"; names are not looked up. The error quotes the text and shows
  // what is right.
  [[nodiscard]] static std::expected<Address, std::string> parse(std::string_view text);
  // The same without port and brackets: "127.0.0.1" or "::1".
  [[nodiscard]] static std::optional<Address> parse_host(std::string_view text);
  // The same without port, as it stands before one: "127.0.0.1" or "[::1]".
  [[nodiscard]] static std::optional<Address> parse_url_host(std::string_view text);
  // Nothing for another family than IPv4 and IPv6.
  [[nodiscard]] static std::optional<Address> from(const sockaddr_storage& storage);

  [[nodiscard]] SocketAddress socket_address() const;
  [[nodiscard]] std::string text() const;       // with the port, as `parse` takes it
  [[nodiscard]] std::string host_text() const;  // without port and brackets

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] bool is_ipv4() const;
  [[nodiscard]] bool is_loopback() const;

  // Equal for those who share one limit per address: an IPv4 address, or an IPv6 /64, which one
  // subscriber is given whole. IPv4 gets a number that is no prefix of the public IPv6 internet.
  [[nodiscard]] std::uint64_t limit_key() const;

  // Its first bits, of 128, with zeros behind them and no port.
  [[nodiscard]] Address network(unsigned bits) const;

  friend bool operator==(const Address&, const Address&) = default;

 private:
  std::array<std::uint8_t, 16> host_{};  // network order
  std::uint16_t port_ = 0;
};

}  // namespace river::net
