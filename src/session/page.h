// Pages: how much of a list fits into one answer. Sizes are estimates: what the names and numbers
// around the content take is not counted to the byte.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "broker/broker.h"
#include "protocol/events.h"

namespace river::session {

// What it takes in an outbox, about.
[[nodiscard]] std::size_t event_bytes(const broker::Publication& event);

// How many of the last events fit into `bytes_max`.
[[nodiscard]] std::size_t count_fitting(std::span<const broker::Publication> events,
                                        std::size_t bytes_max);

// The first members, as many as fit into `bytes_max`.
[[nodiscard]] std::vector<protocol::Member> views_of(const std::vector<broker::Member>& members,
                                                     std::size_t bytes_max);

}  // namespace river::session
