// OffsetCheck: looks at every offset that one subscription receives. They have to come one after
// the other; what does not is told apart:
//
//   41 42 44 45       43 is lost
//   41 42 44 43 45    43 is reordered: late, after all
//   41 42 42 43       42 is doubled
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "tally.h"

namespace river::bench {

class OffsetCheck {
 public:
  // The stream goes on behind `last`, and whatever came before is forgotten.
  void start(std::uint64_t last) {
    next_ = last + 1;
    missing_.reset();
  }
  void take(std::uint64_t offset, Tally& tally) {
    ++tally.events;
    if (offset == next_) {
      ++next_;
    } else {
      take_other(offset, tally);
    }
  }
  // What has not come up to `last`, the end of the stream, never will.
  void finish(std::uint64_t last, Tally& tally);

  [[nodiscard]] std::uint64_t last() const { return next_ - 1; }

 private:
  void take_other(std::uint64_t offset, Tally& tally);

  std::uint64_t next_ = 1;
  std::unique_ptr<std::vector<std::uint64_t>> missing_;  // counted as lost; none as a rule
};

}  // namespace river::bench
