// Hubs, their broker and a crowd of clients, in whatever order things happen: nothing is lost,
// doubled or reordered. The first byte chooses the kind of broker; the rest is a schedule, four
// bytes a step. The same as the model tests of src/hub, with the fuzzer's choice instead of a
// seed's.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>

#include "base/assert.h"
#include "hub/memory_simulation_for_test.h"
#include "hub/remote_simulation_for_test.h"
#include "hub/schedule_for_test.h"

namespace river::hub {
namespace {

constexpr std::size_t steps_max = 400;

template <typename Simulation>
void run(const Schedule& schedule) {
  if (!Simulation(schedule.setup).run(schedule).has_value()) return;
  // Once more, step by step.
  Simulation told(schedule.setup, true);
  const auto failure = told.run(schedule);
  for (const std::string& line : told.trace()) std::fprintf(stderr, "  %s\n", line.c_str());
  std::fprintf(stderr, "  → %s\n", failure.value_or("nothing went wrong this time").c_str());
  RIVER_ASSERT(false && "the model was contradicted");
}

}  // namespace
}  // namespace river::hub

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  river::hub::Schedule schedule = river::hub::schedule_of(std::span(data, size).subspan(1));
  if (schedule.steps.size() > river::hub::steps_max) return -1;
  if (data[0] % 2 == 0) {
    river::hub::run<river::hub::MemorySimulation>(schedule);
  } else {
    river::hub::run<river::hub::RemoteSimulation>(schedule);
  }
  return 0;
}
