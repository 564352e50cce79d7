#include "net/address_range.h"

#include <charconv>

#include <fmt/format.h>

namespace river::net {
namespace {

constexpr unsigned address_bits = 128;
constexpr unsigned ipv4_bits = 32;

}  // namespace

std::expected<AddressRange, std::string> AddressRange::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view host = text.substr(0, slash);
  const auto address = Address::parse_host(host);
  const unsigned most = host.contains(':') ? address_bits : ipv4_bits;
  unsigned bits = most;
  bool is_right = address.has_value();
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, bits);
    is_right = is_right && error == std::errc() && stop == end && bits <= most;
  }
  if (!is_right) {
    return std::unexpected(fmt::format(
        "'{}' is no address or range: write 10.0.0.1, 10.0.0.0/8, ::1 or 2001:db8::/32", text));
  }
  const Address first = address->network(address_bits - most + bits);
  if (first != *address) {
    // IPv4 that was written as IPv6 is shown as IPv4.
    const unsigned shown = first.is_ipv4() && most == address_bits ? bits - 96 : bits;
    return std::unexpected(fmt::format("'{}' has bits beyond its /{}: write {}/{}", text, bits,
                                       first.host_text(), shown));
  }
  return AddressRange(first, address_bits - most + bits);
}

}  // namespace river::net
