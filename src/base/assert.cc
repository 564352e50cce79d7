#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace river {

void assertion_failed(const char* condition, const char* file, int line) {
  // Straight to stderr: the log may be what is broken.
  std::fprintf(stderr, "river: bug: assertion failed: %s at %s:%d\n", condition, file, line);
  std::abort();
}

}  // namespace river
