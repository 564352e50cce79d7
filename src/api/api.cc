#include "api/api.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "api/answers.h"
#include "base/channel_name.h"
#include "base/user_id.h"
#include "http/characters.h"
#include "http/query.h"

namespace river::api {
namespace {

using protocol::ErrorCode;

// JSON, or what curl says when it isn't told. Anything else was meant for somebody else.
bool is_json(const http::Request& request) {
  if (request.header("content-encoding").value_or("identity") != "identity") return false;
  std::string_view type = request.header("content-type").value_or("application/json");
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  for (const std::string_view known :
       {"application/json", "application/x-www-form-urlencoded", "text/plain"}) {
    if (http::equal_ignoring_case(type, known)) return true;
  }
  return false;
}

// `fallback` if it isn't there; nothing if it is no number or out of range.
std::optional<std::uint64_t> number_parameter(const http::Request& request, std::string_view name,
                                              std::uint64_t fallback, std::uint64_t most) {
  const auto text = http::query_parameter(request.query, name);
  if (!text.has_value()) return fallback;
  std::uint64_t number = 0;
  const char* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, number);
  if (error != std::errc() || stop != end || number > most) return std::nullopt;
  return number;
}

std::string text_parameter(const http::Request& request, std::string_view name) {
  return http::query_parameter(request.query, name).value_or(std::string());
}

std::string_view key_of(const http::Request& request) {
  return auth::presented_api_key(request.header("x-api-key").value_or(""),
                                 request.header("authorization").value_or(""));
}

bool is_api_path(std::string_view path) {
  for (const std::string_view prefix :
       {"/v1/publish", "/v1/channels", "/v1/users/", "/v1/publish/"}) {
    if (path == prefix ||
        (path.starts_with(prefix) && (prefix.ends_with('/') || path[prefix.size()] == '/'))) {
      return true;
    }
  }
  return path == "/publish";
}

}  // namespace

Api::Api(broker::Broker& broker, const auth::ApiKeys& keys, const ApiSettings& settings,
         RunLater run_later, Metrics& metrics)
    : broker_(broker),
      keys_(keys),
      settings_(settings),
      run_later_(std::move(run_later)),
      metrics_(metrics),
      parser_(settings.data_bytes_max) {}

bool Api::wants_body(const http::Request& request) const {
  return is_api_path(request.path) && keys_.accepts(key_of(request));
}

Api::Key Api::key_shown(const http::Request& request) {
  const std::string_view key = key_of(request);
  if (keys_.accepts(key)) return Key::valid;
  metrics_.auth_failures[static_cast<std::size_t>(AuthFailure::api_key)].add();
  return key.empty() ? Key::none : Key::wrong;
}

std::optional<http::Response> Api::refusal_without_key(const http::Request& request,
                                                       std::string_view message) {
  const Key shown = key_shown(request);
  if (shown == Key::valid) return std::nullopt;
  http::Response refusal = error_response(ErrorCode::unauthenticated, message);
  refusal.wrong_key = shown == Key::wrong;
  return refusal;
}

bool Api::handle(const http::Request& request, http::Responder& respond, TimePoint now,
                 UnixSeconds unix_time) {
  if (!is_api_path(request.path)) return false;
  auto refusal = refusal_without_key(
      request,
      "an API key is needed, in the header x-api-key or as Authorization: Bearer; River says at "
      "its start where it is");
  if (refusal.has_value()) {
    respond(std::move(*refusal));
    return true;
  }
  auto path = http::path_segments(request.path);
  if (!path.has_value() || !http::valid_query(request.query)) {
    respond(error_response(ErrorCode::invalid_value, "the URL has a broken % escape"));
    return true;
  }
  const std::optional<Call> call = find_call(*path);
  const bool reads = call.has_value() && only_reads(*call);
  const bool is_get = request.method == "GET" || request.method == "HEAD";
  if (!call.has_value()) {
    respond(error_response(ErrorCode::not_found));
  } else if (reads ? !is_get : request.method != "POST") {
    respond(method_not_allowed(reads ? "GET, HEAD" : "POST"));
  } else if (reads) {
    get(*call, std::move(*path), request, std::move(respond));
  } else {
    post(*call, *path, request, std::move(respond), now, unix_time);
  }
  return true;
}

void Api::post(Call call, const std::vector<std::string>& path, const http::Request& request,
               http::Responder respond, TimePoint now, UnixSeconds unix_time) {
  if (!is_json(request)) {
    return respond(error_response(ErrorCode::unsupported_media,
                                  "send the body as application/json, not compressed"));
  }
  if (publishes(call) && !rate_.allows(settings_.publish_rate, now)) {
    return respond(rate_limited(rate_.wait(settings_.publish_rate)));
  }
  if (call == Call::publish_short) return publish_short(request, std::move(respond));
  if (call == Call::publish) return publish(request, std::move(respond));
  if (call == Call::publish_batch) return publish_batch(request, std::move(respond));
  const std::string& user = path[2];
  if (!valid_user(user)) {
    return respond(error_response(
        ErrorCode::invalid_value,
        "a user id is 1 to 200 bytes without control characters, and not . or ..", "id"));
  }
  if (call == Call::publish_to_user) return publish_to_user(user, request, std::move(respond));
  disconnect_user(user, request, std::move(respond), unix_time);
}

void Api::get(Call call, std::vector<std::string> path, const http::Request& request,
              http::Responder respond) {
  if (call == Call::list_channels) return list_channels(request, std::move(respond));
  std::string& channel = path[2];
  if (!valid_channel(channel)) {
    return respond(error_response(ErrorCode::invalid_channel, {}, "channel"));
  }
  if (call == Call::show_channel) return show_channel(std::move(channel), std::move(respond));
  if (call == Call::show_history) {
    return show_history(std::move(channel), request, std::move(respond));
  }
  show_members(std::move(channel), request, std::move(respond));
}

// ── Reading ──

void Api::list_channels(const http::Request& request, http::Responder respond) {
  const auto limit = number_parameter(request, "limit", 100, limits::channels_page_max);
  if (!limit.has_value() || *limit == 0) {
    return respond(error_response(ErrorCode::invalid_value, "limit is 1 to 1000", "limit"));
  }
  broker_.channels(
      text_parameter(request, "prefix"), text_parameter(request, "after"),
      static_cast<std::size_t>(*limit), [respond = std::move(respond)](auto page) mutable {
        respond(page.has_value() ? channels_response(*page) : error_response(page.error()));
      });
}

void Api::show_channel(std::string channel, http::Responder respond) {
  broker_.channel(channel, [channel, respond = std::move(respond)](auto details) mutable {
    respond(details.has_value() ? channel_response(channel, *details)
                                : error_response(details.error()));
  });
}

void Api::show_history(std::string channel, const http::Request& request, http::Responder respond) {
  const auto limit = number_parameter(request, "limit", 100, limits::history_page_max);
  if (!limit.has_value() || *limit == 0) {
    return respond(error_response(ErrorCode::invalid_value, "limit is 1 to 1000", "limit"));
  }
  const auto before = number_parameter(request, "before", UINT64_MAX, UINT64_MAX);
  if (!before.has_value()) {
    return respond(error_response(ErrorCode::invalid_value, "before is an offset", "before"));
  }
  const std::optional<Offset> before_offset =
      *before == UINT64_MAX ? std::nullopt : std::optional<Offset>(*before);
  broker_.history(channel, before_offset, static_cast<std::size_t>(*limit),
                  [channel, bytes_max = settings_.answer_bytes_max,
                   respond = std::move(respond)](auto page) mutable {
                    respond(page.has_value() ? history_response(channel, *page, bytes_max)
                                             : error_response(page.error()));
                  });
}

void Api::show_members(std::string channel, const http::Request& request, http::Responder respond) {
  const std::uint32_t most = settings_.members_listed_max;
  const auto limit = number_parameter(request, "limit", std::min(100U, most), most);
  if (!limit.has_value() || *limit == 0) {
    return respond(error_response(ErrorCode::invalid_value,
                                  "limit is 1 to the server's limits.members_listed_max", "limit"));
  }
  broker_.members(channel, text_parameter(request, "after"), static_cast<std::size_t>(*limit),
                  [channel, bytes_max = settings_.answer_bytes_max,
                   respond = std::move(respond)](auto page) mutable {
                    respond(page.has_value() ? members_response(channel, *page, bytes_max)
                                             : error_response(page.error()));
                  });
}

}  // namespace river::api
