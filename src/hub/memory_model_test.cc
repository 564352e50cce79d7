// The hub over the built-in broker, in thousands of random interleavings.
#include <gtest/gtest.h>

#include "hub/memory_simulation_for_test.h"
#include "hub/random_runs_for_test.h"

namespace river::hub {
namespace {

TEST(MemoryModel, LosesDoublesAndReordersNothingWhateverTheInterleaving) {
  run_seeds<MemorySimulation>(20'000, 150);
}

}  // namespace
}  // namespace river::hub
