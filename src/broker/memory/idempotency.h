// Idempotency: remembers for a while under which id an event was published, so that a publisher may
// repeat a request whose answer it lost.
// Limits: an age, and a number of ids; over it the oldest are forgotten first. Each takes the same
// few bytes, however long it is: channel and id are kept as a hash of 128 bits, with keys that
// nobody knows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/clock.h"
#include "base/hash.h"
#include "base/position.h"

namespace river::broker {

struct IdKeys {
  HashKey first;
  HashKey second;

  [[nodiscard]] static IdKeys random();
};

// An id as it is written to disk and taken up again: of use together with the keys only.
struct StoredId {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  Position position;
  std::int64_t time = 0;
};

class Idempotency {
 public:
  static constexpr std::size_t ids_max = 200'000;

  Idempotency(milliseconds age_max, const IdKeys& keys) : age_max_(age_max), keys_(keys) {}

  [[nodiscard]] std::optional<Position> find(std::string_view channel, std::string_view id,
                                             std::int64_t now);
  void remember(std::string_view channel, std::string_view id, Position position, std::int64_t now);
  [[nodiscard]] std::size_t size() const { return positions_.size(); }

  [[nodiscard]] const IdKeys& keys() const { return keys_; }
  // Oldest first.
  [[nodiscard]] std::vector<StoredId> store() const;
  // Before any is remembered; oldest first.
  void restore(const IdKeys& keys, const std::vector<StoredId>& ids);

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
  void remember(const Key& key, Position position, std::int64_t time);
  void forget_old(std::int64_t now);

  milliseconds age_max_;
  IdKeys keys_;
  boost::unordered_flat_map<Key, Position, HashOfKey> positions_;
  std::deque<Remembered> order_;  // oldest first
};

}  // namespace river::broker
