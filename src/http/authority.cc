#include "http/authority.h"

#include <charconv>
#include <cstddef>

#include "http/characters.h"

namespace river::http {
namespace {

constexpr ByteSet name_bytes([](unsigned char byte) {
  return is_digit(byte) || is_letter(byte) || byte == '-' || byte == '_' || byte == '.';
});

constexpr ByteSet address_bytes([](unsigned char byte) {
  return hex_value(static_cast<char>(byte)) >= 0 || byte == ':' || byte == '.';
});

bool valid_host(std::string_view host) {
  if (host.starts_with('[')) {
    return host.size() > 2 && host.ends_with(']') &&
           address_bytes.contains_all(host.substr(1, host.size() - 2));
  }
  return !host.empty() && host.size() <= 255 && name_bytes.contains_all(host) &&
         !host.starts_with('.') && !host.ends_with('.') && !host.contains("..");
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc() || stop != end || text.starts_with('0')) return std::nullopt;
  return port;
}

}  // namespace

std::optional<Authority> parse_authority(std::string_view text) {
  const std::size_t bracket = text.starts_with('[') ? text.find(']') : 0;
  if (bracket == std::string_view::npos) return std::nullopt;
  const std::size_t colon = text.find(':', bracket);
  Authority authority{.host = text.substr(0, colon)};
  if (!valid_host(authority.host)) return std::nullopt;
  if (colon != std::string_view::npos) {
    const auto port = parse_port(text.substr(colon + 1));
    if (!port) return std::nullopt;
    authority.port = *port;
  }
  return authority;
}

}  // namespace river::http
