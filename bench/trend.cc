#include "trend.h"

#include <algorithm>

namespace river::bench {

double Trend::slope_per_hour() const {
  const std::size_t first = values_.size() / 2;
  const auto count = static_cast<double>(values_.size() - first);
  if (count < 2) return 0;
  double mean_seconds = 0;
  double mean_value = 0;
  for (std::size_t i = first; i < values_.size(); ++i) {
    mean_seconds += seconds_[i] / count;
    mean_value += values_[i] / count;
  }
  double product = 0;
  double square = 0;
  for (std::size_t i = first; i < values_.size(); ++i) {
    const double distance = seconds_[i] - mean_seconds;
    product += distance * (values_[i] - mean_value);
    square += distance * distance;
  }
  return square > 0 ? product / square * 3600 : 0;
}

void Trend::note(Result& result, const std::string& name, int decimals) const {
  if (values_.empty()) return;
  result.figure(name + "_first", values_.front(), decimals);
  result.figure(name + "_last", values_.back(), decimals);
  result.figure(name + "_max", *std::ranges::max_element(values_), decimals);
  result.figure(name + "_slope_per_hour", slope_per_hour(), decimals);
  result.series(name + "_over_time", values_, decimals);
}

}  // namespace river::bench
