// Call: what the API can be asked for, by the path of a request and the method that goes with it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace river::api {

enum class Call : std::uint8_t {
  publish_short,
  publish,
  publish_batch,
  publish_to_user,
  disconnect_user,
  list_channels,
  show_channel,
  show_history,
  show_members,
};

// Of a path in its decoded segments; nothing if there is nothing under it.
[[nodiscard]] std::optional<Call> find_call(std::span<const std::string> path);

// All others are asked for by POST.
[[nodiscard]] constexpr bool only_reads(Call call) {
  return call >= Call::list_channels;
}
[[nodiscard]] constexpr bool publishes(Call call) {
  return call <= Call::publish_to_user;
}

}  // namespace river::api
