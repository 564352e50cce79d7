// Pages: how much of a list fits into one answer, and what the answer costs. Sizes are estimates:
// what the names and numbers around the content take is not counted to the byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/limits.h"
#include "broker/broker.h"
#include "protocol/events.h"

namespace river::session {

inline constexpr std::size_t member_bytes_max = limits::user_bytes_max + limits::info_bytes_max;

// What it takes in an outbox, about.
[[nodiscard]] std::size_t event_bytes(const broker::Publication& event);

// How many of the last events fit into `bytes_max`.
[[nodiscard]] std::size_t count_fitting(std::span<const broker::Publication> events,
                                        std::size_t bytes_max);

// The first members, as many as fit into `bytes_max`; one at least, so that who asks for the rest
// gets on.
[[nodiscard]] std::vector<protocol::Member> views_of(const std::vector<broker::Member>& members,
                                                     std::size_t bytes_max);

// What an answer of that size costs, in messages of the client: one for each 64 KiB, which is the
// data that a message may bring.
[[nodiscard]] std::uint32_t message_cost(std::size_t answer_bytes);

}  // namespace river::session
