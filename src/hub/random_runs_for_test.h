// For tests only: runs a simulation with many seeds. What fails is shortened, told step by step,
// and can be run alone: TEST_SEED=<seed>.
#pragma once

#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <unistd.h>

#include "hub/schedule_for_test.h"

namespace river::hub {

[[nodiscard]] inline std::optional<std::uint64_t> seed_of_environment() {
  const char* text = std::getenv("TEST_SEED");
  if (text == nullptr) return std::nullopt;
  std::uint64_t seed = 0;
  const std::string_view digits(text);
  std::from_chars(digits.data(), digits.data() + digits.size(), seed);
  return seed;
}

template <typename Simulation>
[[nodiscard]] std::string story_of(const Schedule& schedule) {
  Simulation simulation(schedule.setup, true);
  const auto failure = simulation.run(schedule);
  std::string story;
  for (const std::string& line : simulation.trace()) story += "  " + line + "\n";
  return story + "  → " + failure.value_or("nothing went wrong this time") + "\n";
}

// False if it failed.
template <typename Simulation>
bool run_seed(std::uint64_t seed, std::size_t steps) {
  const auto fails = [](const Schedule& schedule) {
    return Simulation(schedule.setup).run(schedule).has_value();
  };
  const Schedule schedule = random_schedule(seed, steps);
  if (!fails(schedule)) return true;
  const Schedule shortest = shortened(schedule, fails);
  ADD_FAILURE() << "with TEST_SEED=" << seed << ", in short:\n" << story_of<Simulation>(shortest);
  return false;
}

// What an assertion of River's interrupts is told as well.
inline std::string& running_seed() {
  static std::string text;
  return text;
}
inline void tell_running_seed(int /*signal*/) {
  const std::string& text = running_seed();
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
}

template <typename Simulation>
void run_seeds(std::uint64_t count, std::size_t steps) {
  std::signal(SIGABRT, tell_running_seed);
  if (const auto seed = seed_of_environment()) {
    run_seed<Simulation>(*seed, steps);
    return;
  }
  for (std::uint64_t seed = 1; seed <= count; ++seed) {
    running_seed() = "with TEST_SEED=" + std::to_string(seed) + "\n";
    if (!run_seed<Simulation>(seed, steps)) break;
  }
  std::signal(SIGABRT, SIG_DFL);
}

}  // namespace river::hub
