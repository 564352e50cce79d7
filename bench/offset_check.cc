#include "offset_check.h"

#include <algorithm>

namespace river::bench {
namespace {

// Of which it is known that they may yet come late. Beyond it, late ones count as doubled.
constexpr std::size_t missing_max = 100'000;

}  // namespace

void OffsetCheck::finish(std::uint64_t last, Tally& tally) {
  if (last < next_) return;
  tally.lost += last + 1 - next_;
  next_ = last + 1;
}

void OffsetCheck::take_other(std::uint64_t offset, Tally& tally) {
  if (offset > next_) {
    if (missing_ == nullptr) missing_ = std::make_unique<std::vector<std::uint64_t>>();
    for (; next_ < offset; ++next_) {
      ++tally.lost;
      if (missing_->size() < missing_max) missing_->push_back(next_);
    }
    ++next_;
    return;
  }
  if (missing_ != nullptr && std::erase(*missing_, offset) > 0) {
    --tally.lost;
    ++tally.reordered;
    return;
  }
  ++tally.doubled;
}

}  // namespace river::bench
