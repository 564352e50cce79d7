// Addresses, ranges of them, and the client behind trusted proxies. The first line of the input is
// the setting trusted_proxies, the second is the peer, and each further one is an X-Forwarded-For.
// What is between commas anywhere is also read as an address and as a range.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/trim.h"
#include "http/request.h"
#include "net/address.h"
#include "net/address_range.h"
#include "transport/trusted_proxies.h"

namespace river {
namespace {

using net::Address;
using net::AddressRange;
using transport::TrustedProxies;

std::vector<std::string> split(std::string_view text, char border) {
  std::vector<std::string> parts;
  for (const auto part : std::views::split(text, border)) {
    parts.emplace_back(std::string_view(part.begin(), part.end()));
  }
  return parts;
}

// What was read is written so that it is read again, and survives the way through system calls.
void read_address(std::string_view text) {
  if (const auto host = Address::parse_host(text)) {
    RIVER_ASSERT(Address::parse_host(host->host_text()) == host);
    RIVER_ASSERT(host->port() == 0);
  }
  const auto url_host = Address::parse_url_host(text);
  const auto with_port = Address::parse(std::string(text) + ":0");
  RIVER_ASSERT(url_host.has_value() == with_port.has_value());
  if (url_host) RIVER_ASSERT(*url_host == *with_port);
  if (const auto address = Address::parse(text)) {
    RIVER_ASSERT(Address::parse(address->text()) == address);
    RIVER_ASSERT(Address::from(address->socket_address().storage) == *address);
    RIVER_ASSERT(Address::parse_host(address->host_text())->limit_key() == address->limit_key());
  }
}

// A range has the address that it is named by. What an error says to write is right.
void read_range(std::string_view text) {
  const auto range = AddressRange::parse(text);
  if (range) {
    RIVER_ASSERT(range->contains(Address::parse_host(text.substr(0, text.find('/'))).value()));
    return;
  }
  constexpr std::string_view advice = ": write ";
  const std::string& error = range.error();
  if (error.contains(" is no address or range: ")) return;
  RIVER_ASSERT(AddressRange::parse(error.substr(error.rfind(advice) + advice.size())));
}

// The list is read from the right, up to the first who is not trusted. Slow and plain.
Address expected_client(const TrustedProxies& proxies, std::span<const std::string> lines,
                        const Address& peer) {
  if (!proxies.contains(peer) || lines.empty()) return peer;
  std::string list = lines.front();
  for (const std::string& line : lines.subspan(1)) list += ',' + line;
  for (const std::string& entry : std::views::reverse(split(list, ','))) {
    const std::string_view text = trimmed(entry);
    std::optional<Address> address = Address::parse_host(text);
    if (!address) address = Address::parse_url_host(text);
    if (!address) {
      const auto with_port = Address::parse(text);
      if (!with_port) return peer;
      address = *with_port;
    }
    if (!proxies.contains(*address)) return *address;
  }
  return peer;
}

Address client_of(const TrustedProxies& proxies, std::span<const std::string> lines,
                  const Address& peer) {
  std::vector<http::Header> headers{{"Host", "river"}};
  for (const std::string& line : lines) headers.push_back({"x-Forwarded-for", line});
  http::Request request;
  request.headers = headers;
  return proxies.client_of(request, peer);
}

void find_client(const TrustedProxies& proxies, std::vector<std::string> lines,
                 const Address& peer) {
  const Address client = client_of(proxies, lines, peer);
  RIVER_ASSERT(client == expected_client(proxies, lines, peer));
  RIVER_ASSERT(client == peer || !proxies.contains(client));
  // Nothing that a client puts before what the proxies wrote makes it another.
  if (client == peer) return;
  lines.front() = "198.51.100.7, unknown, " + lines.front();
  lines.insert(lines.begin(), "198.51.100.8");
  RIVER_ASSERT(client_of(proxies, lines, peer) == client);
}

void read_input(std::string_view input) {
  std::vector<std::string> lines = split(input, '\n');
  for (const std::string& line : lines) {
    for (const std::string& part : split(line, ',')) {
      read_address(trimmed(part));
      read_range(trimmed(part));
    }
  }
  if (lines.size() < 2) return;
  const auto proxies = TrustedProxies::parse(split(lines[0], ','));
  const auto peer = Address::parse_host(lines[1]);
  if (!proxies || !peer) return;
  lines.erase(lines.begin(), lines.begin() + 2);
  find_client(*proxies, std::move(lines), *peer);
}

}  // namespace
}  // namespace river

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  river::read_input({reinterpret_cast<const char*>(data), size});
  return 0;
}
