#include "api/answers.h"

#include <utility>

#include "protocol/json_writer.h"

namespace river::api {
namespace {

using protocol::ErrorCode;
using protocol::JsonWriter;

// Whatever it is, the same may succeed later.
constexpr ErrorCode broker_failed = ErrorCode::unavailable;

std::string_view message_of(broker::BrokerError error) {
  switch (error) {
    case broker::BrokerError::overloaded:
      return "the server is overloaded: nothing was done, try again";
    case broker::BrokerError::unavailable:
      return "the broker can't be reached: try again";
    case broker::BrokerError::too_many_channels:
      return "the server holds no more channels (setting: limits.channels_max)";
  }
  return {};
}

void append_error_object(std::string& out, ErrorCode code, std::string_view message,
                         std::string_view param) {
  std::string error;
  JsonWriter fields(error);
  fields.text("code", protocol::error_info(code).reason);
  fields.text("message", message.empty() ? protocol::error_info(code).message : message);
  if (!param.empty()) fields.text("param", param);
  fields.end();
  JsonWriter json(out);
  json.raw("error", error);
  json.end();
}

void append_member(std::string& out, const broker::Member& member) {
  JsonWriter json(out);
  json.text("id", member.user);
  if (!member.info.empty()) json.raw("info", member.info);
  json.end();
}

// What an entry takes besides what its size tells.
constexpr std::size_t entry_overhead_bytes = 200;

// The first of `entries` that fit; one at least, so that who asks for the rest gets on.
template <typename Entry, typename BytesOf>
std::span<const Entry> fitting(const std::vector<Entry>& entries, std::size_t bytes_max,
                               BytesOf bytes_of) {
  std::size_t bytes = 0;
  std::size_t count = 0;
  while (count < entries.size()) {
    bytes += bytes_of(entries[count]) + entry_overhead_bytes;
    if (bytes > bytes_max && count > 0) break;
    ++count;
  }
  return std::span(entries).first(count);
}

}  // namespace

http::Response no_content() {
  http::Response response;
  response.status = 204;
  return response;
}

http::Response json_response(std::string body) {
  http::Response response;
  response.content_type = "application/json";
  response.body = std::move(body);
  return response;
}

http::Response error_response(ErrorCode code, std::string_view message, std::string_view param) {
  const protocol::ErrorInfo info = protocol::error_info(code);
  http::Response response = http::json_error(info.http_status, info.reason,
                                             message.empty() ? info.message : message, param);
  if (info.http_status == 503) response.headers.push_back({"Retry-After", "1"});
  if (info.http_status == 401) response.headers.push_back({"WWW-Authenticate", "Bearer"});
  return response;
}

http::Response method_not_allowed(std::string_view allow) {
  http::Response response = error_response(ErrorCode::method_not_allowed);
  response.headers.push_back({"Allow", std::string(allow)});
  return response;
}

http::Response rate_limited(seconds retry_after) {
  http::Response response = error_response(ErrorCode::rate_limited);
  response.headers.push_back({"Retry-After", std::to_string(retry_after.count())});
  return response;
}

http::Response error_response(const protocol::RequestError& error) {
  return error_response(error.code, error.message, error.param);
}

http::Response error_response(broker::BrokerError error) {
  return error_response(broker_failed, message_of(error));
}

void append_result(std::string& out, std::string_view channel, const PublishResult& result) {
  if (!result.has_value()) {
    append_error_object(out, broker_failed, message_of(result.error()), {});
    return;
  }
  JsonWriter json(out);
  json.text("channel", channel);
  json.text("epoch", epoch_text(result->epoch));
  json.number("offset", result->offset);
  json.end();
}

void append_error(std::string& out, const protocol::RequestError& error) {
  append_error_object(out, error.code, error.message, error.param);
}

http::Response channels_response(const broker::ChannelPage& page) {
  std::string body;
  JsonWriter json(body);
  json.array("channels", page.channels, [&](const broker::ChannelCount& count) {
    JsonWriter entry(body);
    entry.text("channel", count.channel);
    entry.number("subscribers", count.subscribers);
    entry.end();
  });
  if (!page.next.empty()) json.text("next", page.next);
  json.end();
  return json_response(std::move(body));
}

http::Response channel_response(std::string_view channel, const broker::ChannelDetails& details) {
  std::string body;
  JsonWriter json(body);
  json.text("channel", channel);
  json.number("subscribers", details.subscribers);
  if (details.members.has_value()) json.number("member_count", *details.members);
  if (details.position.epoch != 0) {
    json.text("epoch", epoch_text(details.position.epoch));
    json.number("offset", details.position.offset);
  }
  json.end();
  return json_response(std::move(body));
}

http::Response history_response(std::string_view channel, const broker::HistoryPage& page,
                                std::size_t bytes_max) {
  const auto events = fitting(page.events, bytes_max, [](const broker::Publication& publication) {
    return publication.content.size();
  });
  std::string body;
  JsonWriter json(body);
  json.text("channel", channel);
  if (page.epoch != 0) json.text("epoch", epoch_text(page.epoch));
  json.array("events", events, [&](const broker::Publication& publication) {
    JsonWriter entry(body);
    entry.text("event", publication.content.event());
    entry.raw("data", publication.content.data());
    entry.number("offset", publication.offset);
    entry.number("time", static_cast<std::uint64_t>(publication.time / 1000));
    entry.end();
  });
  json.flag("more", page.more || events.size() < page.events.size());
  json.end();
  return json_response(std::move(body));
}

http::Response members_response(std::string_view channel, const broker::MemberPage& page,
                                std::size_t bytes_max) {
  const auto members = fitting(page.members, bytes_max, [](const broker::Member& member) {
    return member.user.size() + member.info.size();
  });
  std::string body;
  JsonWriter json(body);
  json.text("channel", channel);
  json.array("members", members,
             [&](const broker::Member& member) { append_member(body, member); });
  json.number("member_count", page.member_count);
  if (members.size() < page.members.size()) {
    json.text("next", members.back().user);
  } else if (!page.next.empty()) {
    json.text("next", page.next);
  }
  json.end();
  return json_response(std::move(body));
}

}  // namespace river::api
