#include "open_loop.h"

#include <algorithm>
#include <utility>

namespace river::bench {
namespace {

constexpr std::uint64_t stalled_nanoseconds = 5'000'000'000;

}  // namespace

OpenLoop::OpenLoop(Arena& arena, std::string channel, std::string data, double per_second)
    : arena_(arena),
      channel_(std::move(channel)),
      data_(std::move(data)),
      first_offset_(arena.publisher.published() + 1),
      pacer_(per_second) {}

void OpenLoop::turn(std::int64_t nanoseconds_max) {
  const std::uint64_t before = pacer_.taken();
  const int count = pacer_.take();
  if (count > 0) {
    for (int i = 0; i < count; ++i) {
      arena_.publisher.add(channel_, data_);
      if (!other_channel_.empty()) arena_.publisher.add(other_channel_, other_data_);
    }
    arena_.publisher.send();
    const std::uint64_t now = steady_nanoseconds();
    for (std::uint64_t i = before; i < pacer_.taken(); ++i) lateness_.add(now - pacer_.due(i));
  }
  arena_.crowd.turn(std::min(pacer_.nanoseconds_left(), nanoseconds_max), *this);
}

void OpenLoop::run_for(double seconds) {
  const std::uint64_t end = steady_nanoseconds() + static_cast<std::uint64_t>(seconds * 1e9);
  while (steady_nanoseconds() < end) turn();
}

void OpenLoop::catch_up() {
  const std::uint64_t wanted = last_offset();
  std::uint64_t last_event = steady_nanoseconds();
  for (std::size_t i = 0; i < arena_.crowd.size();) {
    const Client::Subscription& first = arena_.crowd[i].subscriptions().front();
    if (first.channel != channel_ || arena_.crowd[i].state() != Client::State::open ||
        first.check.last() >= wanted) {
      ++i;
      continue;
    }
    const std::uint64_t events_before = arena_.crowd.tally().events;
    turn();
    const std::uint64_t now = steady_nanoseconds();
    if (arena_.crowd.tally().events > events_before) last_event = now;
    if (now - last_event > stalled_nanoseconds) return;
  }
}

void OpenLoop::accompany(std::string channel, std::string data) {
  other_channel_ = std::move(channel);
  other_data_ = std::move(data);
}

void OpenLoop::restart_latencies() {
  latencies_.clear();
  lateness_.clear();
}

void OpenLoop::on_event(Client& client, const Message& message) {
  if (message.number < first_offset_ || !counts(client)) return;
  const std::uint64_t due = pacer_.due(message.number - first_offset_);
  latencies_.add(steady_nanoseconds() - due);
}

}  // namespace river::bench
