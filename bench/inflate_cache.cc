#include "inflate_cache.h"

#include "base/limits.h"
#include "fail.h"

namespace river::bench {
namespace {

constexpr std::size_t known_max = 4096;  // more than are ever on their way at a time

}  // namespace

std::string_view InflateCache::inflate(std::string_view compressed) {
  const auto place = known_.find(compressed);
  if (place != known_.end()) return place->second;
  const auto text = inflater_.inflate(compressed, 16 * limits::mib);
  if (!text.has_value()) fail("a compressed message is broken");
  ++inflated_;
  if (known_.size() >= known_max) known_.clear();
  return known_.emplace(compressed, *text).first->second;
}

}  // namespace river::bench
