#include "api/call.h"

namespace river::api {
namespace {

// Behind /v1/channels
std::optional<Call> find_channel_call(std::span<const std::string> rest) {
  if (rest.empty()) return Call::list_channels;
  if (rest.size() == 1) return Call::show_channel;
  if (rest.size() == 2 && rest[1] == "history") return Call::show_history;
  if (rest.size() == 2 && rest[1] == "members") return Call::show_members;
  return std::nullopt;
}

}  // namespace

std::optional<Call> find_call(std::span<const std::string> path) {
  if (path.size() == 1 && path[0] == "publish") return Call::publish_short;
  if (path.size() < 2 || path[0] != "v1") return std::nullopt;
  const std::span<const std::string> rest = path.subspan(2);
  if (path[1] == "publish" && rest.empty()) return Call::publish;
  if (path[1] == "publish" && rest.size() == 1 && rest[0] == "batch") return Call::publish_batch;
  if (path[1] == "users" && rest.size() == 2 && rest[1] == "publish") return Call::publish_to_user;
  if (path[1] == "users" && rest.size() == 2 && rest[1] == "disconnect") {
    return Call::disconnect_user;
  }
  return path[1] == "channels" ? find_channel_call(rest) : std::nullopt;
}

}  // namespace river::api
