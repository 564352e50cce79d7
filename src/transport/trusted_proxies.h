// TrustedProxies: the addresses that are believed when they say for whom they speak.
//
//   X-Forwarded-For: 192.0.2.1, 203.0.113.9, 10.0.0.2     peer: 10.0.0.1
//                    made up    the client ◀ trusted    ◀       trusted
//
// Each proxy adds, on the right, who connected to it. So the list is read from there, through those
// who are trusted. What stands further left anybody may have made up.
//
// Owns: its ranges. Thread: any; it never changes.
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "http/request.h"
#include "net/address.h"
#include "net/address_range.h"

namespace river::transport {

class TrustedProxies {
 public:
  TrustedProxies() = default;  // none
  // The error says which entry is wrong, and how.
  [[nodiscard]] static std::expected<TrustedProxies, std::string> parse(
      std::span<const std::string> entries);

  // As they were written.
  [[nodiscard]] const std::vector<std::string>& texts() const { return texts_; }
  [[nodiscard]] bool empty() const { return ranges_.empty(); }
  [[nodiscard]] bool contains(const net::Address& address) const;
  // Whom the request of that peer comes from. The peer itself, if it is no proxy, or names nobody:
  // the list is missing, is broken where it is read, or has none but proxies.
  [[nodiscard]] net::Address client_of(const http::Request& request,
                                       const net::Address& peer) const;

 private:
  std::vector<std::string> texts_;
  std::vector<net::AddressRange> ranges_;
};

}  // namespace river::transport
