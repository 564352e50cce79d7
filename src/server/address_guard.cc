#include "server/address_guard.h"

namespace river::server {

bool AddressGuard::admit(std::uint64_t key, TimePoint now) {
  if (key == exempt_key) return true;
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  Entry& entry = shard.entries[key];
  entry.last_seen = now;
  if (limits_.connections_max != 0 && entry.open >= limits_.connections_max) return false;
  if (!entry.bucket.take(limits_.connections, now)) return false;
  ++entry.open;
  return true;
}

void AddressGuard::release(std::uint64_t key) {
  if (key == exempt_key) return;
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  const auto place = shard.entries.find(key);
  if (place != shard.entries.end() && place->second.open > 0) --place->second.open;
}

void AddressGuard::note_bad_token(std::uint64_t key, TimePoint now) {
  if (key == exempt_key) return;
  Shard& shard = shard_of(key);
  const std::lock_guard lock(shard.mutex);
  Entry& entry = shard.entries[key];
  entry.last_seen = now;
  entry.bucket.drain(limits_.connections, now, bad_token_cost);
}

void AddressGuard::sweep(TimePoint now) {
  const std::uint32_t per_second = std::max<std::uint32_t>(1, limits_.connections.per_second);
  const seconds earned_back(limits_.connections.burst / per_second + 1);
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    boost::unordered::erase_if(shard.entries, [&](const auto& item) {
      return item.second.open == 0 && now - item.second.last_seen > earned_back;
    });
  }
}

std::size_t AddressGuard::size() {
  std::size_t size = 0;
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    size += shard.entries.size();
  }
  return size;
}

}  // namespace river::server
