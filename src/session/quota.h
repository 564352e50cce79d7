// Quota: how many of something each key has, on all loops together: connections of a user, or of an
// address. Locked, but only when a client comes or goes, never per message; in shards, so that
// loops rarely meet. Thread: any.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>

#include <boost/unordered/unordered_flat_map.hpp>

namespace river::session {

class Quota {
 public:
  // Keys are hashed already (siphash), or numbers that peers can't choose freely.
  // False, and nothing taken, if `most` are taken.
  [[nodiscard]] bool take(std::uint64_t key, std::uint32_t most) {
    Shard& shard = shard_of(key);
    const std::lock_guard lock(shard.mutex);
    std::uint32_t& taken = shard.taken[key];
    if (taken >= most) {
      if (taken == 0) shard.taken.erase(key);
      return false;
    }
    ++taken;
    return true;
  }

  void give_back(std::uint64_t key) {
    Shard& shard = shard_of(key);
    const std::lock_guard lock(shard.mutex);
    const auto place = shard.taken.find(key);
    if (place != shard.taken.end() && --place->second == 0) shard.taken.erase(place);
  }

  [[nodiscard]] std::uint32_t taken(std::uint64_t key) {
    Shard& shard = shard_of(key);
    const std::lock_guard lock(shard.mutex);
    const auto place = shard.taken.find(key);
    return place == shard.taken.end() ? 0 : place->second;
  }

 private:
  struct Shard {
    std::mutex mutex;
    boost::unordered_flat_map<std::uint64_t, std::uint32_t> taken;
  };
  [[nodiscard]] Shard& shard_of(std::uint64_t key) { return shards_[key % shards_.size()]; }

  std::array<Shard, 16> shards_;
};

}  // namespace river::session
