#include "open_loop.h"

#include <utility>

namespace river::bench {

OpenLoop::OpenLoop(Arena& arena, std::string channel, std::string data, double per_second)
    : arena_(arena),
      channel_(std::move(channel)),
      data_(std::move(data)),
      first_offset_(arena.publisher.published() + 1),
      pacer_(per_second) {}

void OpenLoop::turn() {
  const std::uint64_t before = pacer_.taken();
  const int count = pacer_.take();
  if (count > 0) {
    arena_.publisher.publish(channel_, data_, count);
    const std::uint64_t now = steady_nanoseconds();
    for (std::uint64_t i = before; i < pacer_.taken(); ++i) lateness_.add(now - pacer_.due(i));
  }
  arena_.crowd.turn(pacer_.nanoseconds_left(), *this);
}

void OpenLoop::run_for(double seconds) {
  const std::uint64_t end = steady_nanoseconds() + static_cast<std::uint64_t>(seconds * 1e9);
  while (steady_nanoseconds() < end) turn();
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
