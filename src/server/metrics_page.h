// /metrics in the text format of Prometheus (version 0.0.4).
#pragma once

#include <span>
#include <string>

#include "base/clock.h"
#include "base/metrics.h"

namespace river::server {

[[nodiscard]] std::string render_metrics(std::span<const Metrics* const> workers,
                                         milliseconds uptime);

}  // namespace river::server
