// `river check`: what every setting is, where it came from, and what is wrong.
#pragma once

#include <expected>
#include <string>

#include "server/config_loader.h"

namespace river::server {

// A line for each setting; secrets are counted, never shown.
[[nodiscard]] std::string config_report(const LoadedConfig& loaded);

// Prints that, reads the files that the configuration names, and returns the exit code. Writes
// nothing.
int run_check(const std::expected<LoadedConfig, ConfigErrors>& loaded);

}  // namespace river::server
