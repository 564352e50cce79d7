// AddressRange: one address, or all that begin with the same bits, as in 10.0.0.0/8.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "net/address.h"

namespace river::net {

class AddressRange {
 public:
  // "10.0.0.0/8", "2001:db8::/32", or an address alone. The error quotes the text and shows what is
  // right.
  [[nodiscard]] static std::expected<AddressRange, std::string> parse(std::string_view text);

  // A range of IPv6 has no address of IPv4 in it, however few its bits are.
  [[nodiscard]] bool contains(const Address& address) const {
    return address.is_ipv4() == first_.is_ipv4() && address.network(bits_) == first_;
  }

 private:
  AddressRange(const Address& first, unsigned bits) : first_(first), bits_(bits) {}

  Address first_;
  unsigned bits_;  // of 128
};

}  // namespace river::net
