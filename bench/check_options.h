// Refuses what no scenario can make sense of, before anything is started.
#pragma once

#include <string_view>

#include "options.h"

namespace river::bench {

// Fails with one sentence.
void check_options(std::string_view scenario, const Options& options);

}  // namespace river::bench
