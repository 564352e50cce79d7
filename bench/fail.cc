#include "fail.h"

#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

namespace river::bench {

void fail(const std::string& what) {
  fmt::print(stderr, "river-bench: {}\n", what);
  std::exit(1);
}

}  // namespace river::bench
