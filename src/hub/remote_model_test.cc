// The hub over a broker on another machine, in thousands of random interleavings and mishaps.
#include <gtest/gtest.h>

#include "hub/random_runs_for_test.h"
#include "hub/remote_simulation_for_test.h"

namespace river::hub {
namespace {

TEST(RemoteModel, LosesDoublesAndReordersNothingWhateverTheInterleaving) {
  run_seeds<RemoteSimulation>(50'000, 150);
}

}  // namespace
}  // namespace river::hub
