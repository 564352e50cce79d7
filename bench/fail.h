// The end of a measurement that cannot go on: one sentence on stderr, exit code 1.
#pragma once

#include <string>

namespace river::bench {

[[noreturn]] void fail(const std::string& what);

}  // namespace river::bench
