// Which web pages may use River: the Origin header against a list, for CORS and WebSockets.
//
// An origin is allowed if scheme, host and port are all equal to an entry's (security.md A15); the
// default ports of http and https may be left out. `https://*.example.com` stands for every host
// below example.com, at any depth, but not example.com itself; `*` for any origin at all.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.h"

namespace river::http {

class OriginList {
 public:
  OriginList() = default;  // `*`
  // The error says which entry is wrong, and how. No entries: no page may.
  [[nodiscard]] static std::expected<OriginList, std::string> parse(
      std::span<const std::string> entries);

  // As they were written.
  [[nodiscard]] const std::vector<std::string>& texts() const { return texts_; }
  [[nodiscard]] bool allows_any() const { return any_; }
  [[nodiscard]] bool allows(std::string_view origin) const;
  // No Origin at all is allowed: browsers always send one where it matters, backends never do.
  [[nodiscard]] bool allows(const Request& request) const;

 private:
  struct Entry {
    std::string scheme;
    std::string host;  // with subdomains: starts with the dot
    std::uint16_t port = 0;
    bool subdomains = false;
  };

  [[nodiscard]] static std::optional<Entry> parse_entry(std::string_view text);

  std::vector<std::string> texts_ = {"*"};
  bool any_ = true;
  std::vector<Entry> entries_;
};

}  // namespace river::http
