// Trend: whether a figure that is looked at again and again grows.
#pragma once

#include <string>
#include <vector>

#include "result.h"

namespace river::bench {

class Trend {
 public:
  void add(double seconds, double value) {
    seconds_.push_back(seconds);
    values_.push_back(value);
  }
  // By least squares, over the second half: in the first, buffers and tables still find their size.
  [[nodiscard]] double slope_per_hour() const;
  // As figures: name_first, name_last, name_max and name_slope_per_hour; and all as a series.
  void note(Result& result, const std::string& name, int decimals = 0) const;

 private:
  std::vector<double> seconds_;
  std::vector<double> values_;
};

}  // namespace river::bench
