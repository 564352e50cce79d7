// Idempotency: remembers for a while under which id an event was published, so that a publisher may
// repeat a request whose answer it lost.
// Limits: an age, and a number of ids; over it the oldest are forgotten first. Each takes the same
// few bytes, however long it is: channel and id are kept as a hash of 128 bits, with a key that
// nobody knows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/clock.h"
#include "base/hash.h"
#include "base/position.h"

namespace river::broker {

class Idempotency {
 public:
  static constexpr std::size_t ids_max = 200'000;

  explicit Idempotency(milliseconds age_max);

  [[nodiscard]] std::optional<Position> find(std::string_view channel, std::string_view id,
                                             std::int64_t now);
  void remember(std::string_view channel, std::string_view id, Position position, std::int64_t now);
  [[nodiscard]] std::size_t size() const { return positions_.size(); }

 private:
  struct Key {
    std::uint64_t first;
    std::uint64_t second;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct HashOfKey {
    using is_avalanching = void;
    [[nodiscard]] std::size_t operator()(const Key& key) const { return key.first; }
  };
  struct Remembered {
    Key key;
    std::int64_t time;
  };
  [[nodiscard]] Key key_of(std::string_view channel, std::string_view id) const;
  void forget_old(std::int64_t now);

  milliseconds age_max_;
  HashKey second_key_;  // the first is the process's
  boost::unordered_flat_map<Key, Position, HashOfKey> positions_;
  std::deque<Remembered> order_;  // oldest first
};

}  // namespace river::broker
