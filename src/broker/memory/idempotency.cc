#include "broker/memory/idempotency.h"

#include <string>

#include "base/random.h"

namespace river::broker {

Idempotency::Idempotency(milliseconds age_max)
    : age_max_(age_max), second_key_{random_u64(), random_u64()} {}

Idempotency::Key Idempotency::key_of(std::string_view channel, std::string_view id) const {
  // No channel contains a NUL: the pair can't be read in another way.
  std::string pair;
  pair.reserve(channel.size() + 1 + id.size());
  pair.append(channel).append(1, '\0').append(id);
  return {siphash(pair, process_hash_key()), siphash(pair, second_key_)};
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
  const Key key = key_of(channel, id);
  if (!positions_.try_emplace(key, position).second) return;
  order_.push_back({key, now});
  if (order_.size() > ids_max) {
    positions_.erase(order_.front().key);
    order_.pop_front();
  }
}

void Idempotency::forget_old(std::int64_t now) {
  while (!order_.empty() && order_.front().time + age_max_.count() <= now) {
    positions_.erase(order_.front().key);
    order_.pop_front();
  }
}

}  // namespace river::broker
