// InflateCache: what clients read when compression is on. A server that deflates an event once for
// all sends all the same bytes, which are inflated once: so every client's every event is looked
// at, and the client does not become the bottleneck.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "websocket/deflate.h"

namespace river::bench {

class InflateCache {
 public:
  // Lives until the next call.
  [[nodiscard]] std::string_view inflate(std::string_view compressed);

  // How many different payloads there were.
  [[nodiscard]] std::uint64_t inflated() const { return inflated_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };

  websocket::Inflater inflater_;
  std::unordered_map<std::string, std::string, Hash, std::equal_to<>> known_;
  std::uint64_t inflated_ = 0;
};

}  // namespace river::bench
