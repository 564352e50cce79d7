#include "broker/memory/idempotency.h"

#include <string>

#include "base/assert.h"
#include "base/random.h"

namespace river::broker {

IdKeys IdKeys::random() {
  return {{random_u64(), random_u64()}, {random_u64(), random_u64()}};
}

Idempotency::Key Idempotency::key_of(std::string_view channel, std::string_view id) const {
  // No channel contains a NUL: the pair can't be read in another way.
  std::string pair;
  pair.reserve(channel.size() + 1 + id.size());
  pair.append(channel).append(1, '\0').append(id);
  return {siphash(pair, keys_.first), siphash(pair, keys_.second)};
}

std::optional<Position> Idempotency::find(std::string_view channel, std::string_view id,
                                          std::int64_t now) {
  forget_old(now);
  const auto place = positions_.find(key_of(channel, id));
  return place == positions_.end() ? std::nullopt : std::optional(place->second);
}

void Idempotency::remember(std::string_view channel, std::string_view id, Position position,
                           std::int64_t now) {
  forget_old(now);
  remember(key_of(channel, id), position, now);
}

void Idempotency::remember(const Key& key, Position position, std::int64_t time) {
  if (!positions_.try_emplace(key, position).second) return;
  order_.push_back({key, time});
  if (order_.size() > ids_max) {
    positions_.erase(order_.front().key);
    order_.pop_front();
  }
}

std::vector<StoredId> Idempotency::store() const {
  std::vector<StoredId> ids;
  ids.reserve(order_.size());
  for (const auto& [key, time] : order_) {
    ids.push_back({key.first, key.second, positions_.at(key), time});
  }
  return ids;
}

void Idempotency::restore(const IdKeys& keys, const std::vector<StoredId>& ids) {
  RIVER_ASSERT(positions_.empty());
  keys_ = keys;
  for (const StoredId& id : ids) remember({id.first, id.second}, id.position, id.time);
}

void Idempotency::forget_old(std::int64_t now) {
  while (!order_.empty() && order_.front().time + age_max_.count() <= now) {
    positions_.erase(order_.front().key);
    order_.pop_front();
  }
}

}  // namespace river::broker
