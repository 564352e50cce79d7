// For tests and fuzzing only: what happens in a simulation, as a list of small steps. A step means
// something in every state (its numbers are taken modulo what there is), so that any list of steps
// is a valid run: drawn from a seed, read from a fuzzer's bytes, or shortened.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

namespace river::hub {

struct Step {
  std::uint8_t action = 0;
  std::uint8_t first = 0;
  std::uint8_t second = 0;
  std::uint8_t third = 0;
};

struct Schedule {
  std::uint32_t setup = 0;  // the kind of world that it runs in
  std::vector<Step> steps;
};

// SplitMix64: every seed gives another, unrelated schedule.
[[nodiscard]] inline std::uint64_t next_random(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15ULL;
  std::uint64_t mixed = state;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
  return mixed ^ (mixed >> 31);
}

[[nodiscard]] inline Step step_of(std::uint32_t bits) {
  return {static_cast<std::uint8_t>(bits), static_cast<std::uint8_t>(bits >> 8),
          static_cast<std::uint8_t>(bits >> 16), static_cast<std::uint8_t>(bits >> 24)};
}

[[nodiscard]] inline Schedule random_schedule(std::uint64_t seed, std::size_t steps) {
  Schedule schedule;
  schedule.setup = static_cast<std::uint32_t>(next_random(seed));
  for (std::size_t i = 0; i < steps; ++i) {
    schedule.steps.push_back(step_of(static_cast<std::uint32_t>(next_random(seed))));
  }
  return schedule;
}

// Four bytes for the setup, four for each step.
[[nodiscard]] inline Schedule schedule_of(std::span<const std::uint8_t> bytes) {
  Schedule schedule;
  std::uint32_t bits = 0;
  for (std::size_t at = 0; at + sizeof bits <= bytes.size(); at += sizeof bits) {
    std::memcpy(&bits, bytes.data() + at, sizeof bits);
    if (at == 0) {
      schedule.setup = bits;
    } else {
      schedule.steps.push_back(step_of(bits));
    }
  }
  return schedule;
}

// Leaves out steps, many at a time and then one by one, as long as it still fails.
template <typename Fails>
[[nodiscard]] Schedule shortened(Schedule schedule, Fails fails) {
  for (std::size_t size = schedule.steps.size(); size > 0;) {
    bool shorter_found = false;
    for (std::size_t at = 0; at + size <= schedule.steps.size();) {
      Schedule shorter = schedule;
      const auto begin = shorter.steps.begin() + static_cast<std::ptrdiff_t>(at);
      shorter.steps.erase(begin, begin + static_cast<std::ptrdiff_t>(size));
      if (fails(shorter)) {
        schedule = std::move(shorter);
        shorter_found = true;
      } else {
        at += size;
      }
    }
    if (size > 1 || !shorter_found) size /= 2;
  }
  return schedule;
}

}  // namespace river::hub
