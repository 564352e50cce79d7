// The percentiles of Latencies as figures of a Result.
#pragma once

#include <string>

#include <fmt/format.h>

#include "latencies.h"
#include "result.h"

namespace river::bench {

// name_p50, name_p99, name_p999 and name_max.
inline void add_latencies(Result& result, std::string_view name, const Latencies& latencies) {
  result.figure(fmt::format("{}_p50", name), latencies.milliseconds_at(0.5), 3);
  result.figure(fmt::format("{}_p99", name), latencies.milliseconds_at(0.99), 3);
  result.figure(fmt::format("{}_p999", name), latencies.milliseconds_at(0.999), 3);
  result.figure(fmt::format("{}_max", name), latencies.milliseconds_max(), 3);
}

}  // namespace river::bench
