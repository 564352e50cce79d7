#include "latencies.h"

#include <algorithm>
#include <bit>

namespace river::bench {

void Latencies::add(std::uint64_t nanoseconds) {
  ++counts_[bucket_of(nanoseconds)];
  ++count_;
  max_ = std::max(max_, nanoseconds);
}

void Latencies::add(const Latencies& other) {
  for (std::size_t i = 0; i < buckets; ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
}

void Latencies::clear() {
  std::ranges::fill(counts_, 0);
  count_ = max_ = 0;
}

double Latencies::milliseconds_at(double share) const {
  const auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(count_));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets; ++i) {
    seen += counts_[i];
    if (seen > wanted || (seen == count_ && seen > 0)) {
      return static_cast<double>(std::min(end_of(i), max_)) / 1e6;
    }
  }
  return 0;
}

// Below 128 each number has its own bucket. Above, the first seven bits behind the leading one say
// which of the 128 buckets of that power of two it is.
std::size_t Latencies::bucket_of(std::uint64_t nanoseconds) {
  const auto width = static_cast<unsigned>(std::bit_width(nanoseconds));
  if (width <= sub_bits) return nanoseconds;
  const unsigned shift = width - 1 - sub_bits;
  const std::uint64_t sub = (nanoseconds >> shift) & ((1U << sub_bits) - 1);
  return ((shift + 1) << sub_bits) + sub;
}

std::uint64_t Latencies::end_of(std::size_t bucket) {
  const std::size_t power = bucket >> sub_bits;
  if (power == 0) return bucket;
  const std::uint64_t sub = bucket & ((1U << sub_bits) - 1);
  const std::size_t shift = power - 1;
  const std::uint64_t start = ((std::uint64_t{1} << sub_bits) + sub) << shift;
  return start + ((std::uint64_t{1} << shift) - 1);
}

}  // namespace river::bench
