// How the river program ends.
#pragma once

#include "server/config_loader.h"

namespace river::server {

inline constexpr int exit_success = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_usage = 2;  // the command line is wrong

// Prints the errors to stderr, and returns the exit code that fits.
int report_errors(const ConfigErrors& errors);

}  // namespace river::server
