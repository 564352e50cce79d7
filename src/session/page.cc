#include "session/page.h"

namespace river::session {
namespace {

constexpr std::size_t event_overhead_bytes = 300;  // besides its name and data
constexpr std::size_t member_overhead_bytes = 50;

}  // namespace

std::size_t event_bytes(const broker::Publication& event) {
  return event.content.size() + event_overhead_bytes;
}

std::size_t count_fitting(std::span<const broker::Publication> events, std::size_t bytes_max) {
  std::size_t bytes = 0;
  std::size_t count = 0;
  while (count < events.size()) {
    bytes += event_bytes(events[events.size() - 1 - count]);
    if (bytes > bytes_max) break;
    ++count;
  }
  return count;
}

std::vector<protocol::Member> views_of(const std::vector<broker::Member>& members,
                                       std::size_t bytes_max) {
  std::vector<protocol::Member> views;
  std::size_t bytes = 0;
  for (const broker::Member& member : members) {
    bytes += member.user.size() + member.info.size() + member_overhead_bytes;
    if (bytes > bytes_max && !views.empty()) break;
    views.push_back({member.user, member.info});
  }
  return views;
}

std::uint32_t message_cost(std::size_t answer_bytes) {
  constexpr std::size_t bytes_a_message = limits::data_bytes_max;
  return static_cast<std::uint32_t>((answer_bytes + bytes_a_message - 1) / bytes_a_message);
}

}  // namespace river::session
