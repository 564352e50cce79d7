// Idempotency: remembers for a while under which id an event was published, so that a publisher may
// repeat a request whose answer it lost.
// Limits: an age, and a number of ids; over it the oldest are forgotten first.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/clock.h"
#include "base/hash.h"
#include "base/position.h"

namespace river::broker {

class Idempotency {
 public:
  static constexpr std::size_t ids_max = 200'000;

  explicit Idempotency(milliseconds age_max) : age_max_(age_max) {}

  [[nodiscard]] std::optional<Position> find(std::string_view channel, std::string_view id,
                                             std::int64_t now);
  void remember(std::string_view channel, std::string_view id, Position position, std::int64_t now);
  [[nodiscard]] std::size_t size() const { return positions_.size(); }

 private:
  struct Remembered {
    std::string key;
    std::int64_t time;
  };
  // No channel contains a NUL: the pair can't be read in another way.
  [[nodiscard]] static std::string key_of(std::string_view channel, std::string_view id);
  void forget_old(std::int64_t now);

  milliseconds age_max_;
  boost::unordered_flat_map<std::string, Position, SeededHash, std::equal_to<>> positions_;
  std::deque<Remembered> order_;  // oldest first
};

}  // namespace river::broker
