// Assertions for bugs in River itself: always on, one condition each. Peer input never asserts.
#pragma once

namespace river {

[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace river

#define RIVER_ASSERT(condition)                                  \
  do {                                                           \
    if (!(condition)) [[unlikely]] {                             \
      ::river::assertion_failed(#condition, __FILE__, __LINE__); \
    }                                                            \
  } while (false)
