#include "net/address.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <span>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

namespace river::net {
namespace {

constexpr std::array<std::uint8_t, 12> ipv4_prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::array<std::uint8_t, 16> ipv6_loopback = {0, 0, 0, 0, 0, 0, 0, 0,
                                                        0, 0, 0, 0, 0, 0, 0, 1};

std::unexpected<std::string> not_an_address(std::string_view text, std::string_view why) {
  return std::unexpected(fmt::format(
      "'{}' is not an address: {}; write an IP address and a port, as in 127.0.0.1:8080, "
      "0.0.0.0:8080 or [::1]:8080",
      text, why));
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

// Most significant byte first, as on the wire.
std::uint64_t number_of(std::span<const std::uint8_t> bytes) {
  std::uint64_t number = 0;
  for (const std::uint8_t byte : bytes) number = number << 8 | byte;
  return number;
}

}  // namespace

std::expected<Address, std::string> Address::parse(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return not_an_address(text, "it has no port");
  const std::string_view host = text.substr(0, colon);
  if (host.contains('\0')) return not_an_address(text, "it has a NUL byte");
  const auto port = parse_port(text.substr(colon + 1));
  if (!port) return not_an_address(text, "the port must be a number from 0 to 65535");

  std::optional<Address> address = parse_url_host(host);
  if (address.has_value()) {
    address->port_ = *port;
    return *address;
  }
  if (host.starts_with('[') && host.ends_with(']')) {
    return not_an_address(text, "what stands in brackets is not IPv6");
  }
  if (host.contains(':')) return not_an_address(text, "IPv6 needs brackets");
  return not_an_address(text, "the host must be an IP address (names are not looked up)");
}

std::optional<Address> Address::parse_url_host(std::string_view text) {
  if (!text.starts_with('[')) return text.contains(':') ? std::nullopt : parse_host(text);
  if (!text.ends_with(']')) return std::nullopt;
  const std::string_view inside = text.substr(1, text.size() - 2);
  return inside.contains(':') ? parse_host(inside) : std::nullopt;
}

std::optional<Address> Address::parse_host(std::string_view text) {
  if (text.size() >= INET6_ADDRSTRLEN || text.contains('\0')) return std::nullopt;
  const std::string host(text);
  Address address;
  if (host.contains(':')) {
    if (::inet_pton(AF_INET6, host.c_str(), address.host_.data()) != 1) return std::nullopt;
    return address;
  }
  std::ranges::copy(ipv4_prefix, address.host_.begin());
  std::uint8_t* const ipv4 = address.host_.data() + ipv4_prefix.size();
  if (::inet_pton(AF_INET, host.c_str(), ipv4) != 1) return std::nullopt;
  return address;
}

std::optional<Address> Address::from(const sockaddr_storage& storage) {
  Address address;
  if (storage.ss_family == AF_INET6) {
    sockaddr_in6 ipv6{};
    std::memcpy(&ipv6, &storage, sizeof(ipv6));
    std::memcpy(address.host_.data(), &ipv6.sin6_addr, address.host_.size());
    address.port_ = ntohs(ipv6.sin6_port);
    return address;
  }
  if (storage.ss_family == AF_INET) {
    sockaddr_in ipv4{};
    std::memcpy(&ipv4, &storage, sizeof(ipv4));
    std::ranges::copy(ipv4_prefix, address.host_.begin());
    std::memcpy(address.host_.data() + ipv4_prefix.size(), &ipv4.sin_addr, sizeof(ipv4.sin_addr));
    address.port_ = ntohs(ipv4.sin_port);
    return address;
  }
  return std::nullopt;
}

SocketAddress Address::socket_address() const {
  SocketAddress result;
  if (is_ipv4()) {
    sockaddr_in ipv4{};
    ipv4.sin_family = AF_INET;
    ipv4.sin_port = htons(port_);
    std::memcpy(&ipv4.sin_addr, host_.data() + ipv4_prefix.size(), sizeof(ipv4.sin_addr));
    std::memcpy(&result.storage, &ipv4, sizeof(ipv4));
    result.size = sizeof(ipv4);
  } else {
    sockaddr_in6 ipv6{};
    ipv6.sin6_family = AF_INET6;
    ipv6.sin6_port = htons(port_);
    std::memcpy(&ipv6.sin6_addr, host_.data(), host_.size());
    std::memcpy(&result.storage, &ipv6, sizeof(ipv6));
    result.size = sizeof(ipv6);
  }
  return result;
}

std::string Address::host_text() const {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  if (is_ipv4()) {
    ::inet_ntop(AF_INET, host_.data() + ipv4_prefix.size(), buffer.data(), buffer.size());
  } else {
    ::inet_ntop(AF_INET6, host_.data(), buffer.data(), buffer.size());
  }
  return buffer.data();
}

std::string Address::text() const {
  return is_ipv4() ? fmt::format("{}:{}", host_text(), port_)
                   : fmt::format("[{}]:{}", host_text(), port_);
}

bool Address::is_ipv4() const {
  return std::ranges::equal(ipv4_prefix, std::span(host_).first<ipv4_prefix.size()>());
}

bool Address::is_loopback() const {
  return is_ipv4() ? host_[ipv4_prefix.size()] == 127 : host_ == ipv6_loopback;
}

std::uint64_t Address::limit_key() const {
  // 0:ffff:…/64 lies in ::/8, which is reserved and so no peer's.
  return is_ipv4() ? number_of(std::span(host_).subspan<8>())
                   : number_of(std::span(host_).first<8>());
}

Address Address::network(unsigned bits) const {
  Address network;
  for (std::size_t i = 0; i < host_.size() && bits > 0; ++i) {
    const unsigned kept = std::min(bits, 8U);
    network.host_[i] = static_cast<std::uint8_t>(host_[i] & 0xff00U >> kept);
    bits -= kept;
  }
  return network;
}

}  // namespace river::net
