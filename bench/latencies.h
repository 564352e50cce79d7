// Latencies: a histogram of durations in nanoseconds whose buckets are at most 1/128 wide, so that
// hundreds of millions of samples take 60 KiB and a percentile is right within 0.8 %. The maximum
// is exact.
#pragma once

#include <cstdint>
#include <vector>

namespace river::bench {

class Latencies {
 public:
  Latencies() : counts_(buckets) {}

  void add(std::uint64_t nanoseconds);
  void add(const Latencies& other);
  void clear();

  [[nodiscard]] std::uint64_t count() const { return count_; }
  // The upper end of the bucket that holds the sample below which `share` of them lie.
  [[nodiscard]] double milliseconds_at(double share) const;
  [[nodiscard]] double milliseconds_max() const { return static_cast<double>(max_) / 1e6; }

 private:
  static constexpr unsigned sub_bits = 7;
  static constexpr std::size_t buckets = (64 - sub_bits + 1) << sub_bits;

  static std::size_t bucket_of(std::uint64_t nanoseconds);
  static std::uint64_t end_of(std::size_t bucket);

  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace river::bench
