#include "transport/sse_transport.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "auth/api_keys.h"
#include "base/channel_name.h"
#include "base/json_text.h"
#include "base/random.h"
#include "http/query.h"
#include "protocol/sse_events.h"
#include "transport/dialects.h"

namespace river::transport {
namespace {

using protocol::CloseCode;

// After how long an EventSource comes back, in milliseconds: each stream has its own, because all
// of them end at the same moment.
struct Delays {
  std::uint64_t least;
  std::uint64_t most;
};
constexpr Delays delays_when_cut{2'000, 5'000};
constexpr Delays delays_when_draining{1'000, 5'000};
constexpr Delays delays_when_full{10'000, 30'000};

void append_retry(std::string& out, const Delays& delays) {
  fmt::format_to(std::back_inserter(out), "retry: {}\n", random_between(delays.least, delays.most));
}

// A stream has no close frame: the same in a message.
void append_close(std::string& out, CloseCode code, std::string_view reason) {
  std::string json = fmt::format(R"({{"type":"close","code":{},"reason":)", static_cast<int>(code));
  append_readable_json_string(json, reason);
  json += '}';
  protocol::append_sse_event(out, json);
}

std::optional<Position> parse_position(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  Position position;
  position.epoch = parse_epoch(text.substr(0, colon));
  const std::string_view offset = text.substr(colon + 1);
  const char* end = offset.data() + offset.size();
  const auto [stop, error] = std::from_chars(offset.data(), end, position.offset);
  if (error != std::errc() || stop != end) return std::nullopt;
  return position;
}

// One position a channel; of an id with another number of them nothing is taken.
std::vector<std::optional<Position>> parse_stream_id(std::string_view id, std::size_t channels) {
  std::vector<std::optional<Position>> since;
  while (!id.empty() && since.size() <= channels) {
    const std::size_t comma = std::min(id.find(','), id.size());
    since.push_back(parse_position(id.substr(0, comma)));
    id.remove_prefix(std::min(comma + 1, id.size()));
  }
  if (since.size() != channels) since.clear();
  since.resize(channels);
  return since;
}

}  // namespace

std::expected<SseRequest, SseError> parse_sse_request(const http::Request& request) {
  const auto invalid = [](std::string message) {
    return std::unexpected(SseError{400, "invalid_request", std::move(message)});
  };
  if (!http::valid_query(request.query)) return invalid("the query has a broken % escape");
  SseRequest result;
  result.channels =
      http::query_parameters(request.query, "channel").value_or(std::vector<std::string>());
  if (result.channels.empty()) {
    return invalid("name the channels: /v1/events?channel=dogs&channel=cats");
  }
  for (std::size_t i = 0; i < result.channels.size(); ++i) {
    if (!valid_channel(result.channels[i])) {
      return std::unexpected(SseError{
          400, "invalid_channel", "a channel is 1-200 bytes of A-Z a-z 0-9 _ - = @ , . ; : / #"});
    }
    if (std::find(result.channels.begin(), result.channels.begin() + static_cast<std::ptrdiff_t>(i),
                  result.channels[i]) != result.channels.begin() + static_cast<std::ptrdiff_t>(i)) {
      return invalid("a channel is named twice");
    }
  }
  const auto token = http::query_parameter(request.query, "token");
  const std::string_view authorization = request.header("authorization").value_or("");
  result.token = token.has_value() ? *token : std::string(auth::bearer_credentials(authorization));
  const auto id_in_query = http::query_parameter(request.query, "last_event_id");
  const std::string id = id_in_query.has_value()
                             ? *id_in_query
                             : std::string(request.header("last-event-id").value_or(""));
  result.since = parse_stream_id(id, result.channels.size());
  return result;
}

void append_short_stream(std::string& out, CloseCode code) {
  append_retry(out, code == CloseCode::over_capacity ? delays_when_full : delays_when_draining);
  append_close(out, code, protocol::close_reason(code));
}

SseTransport::SseTransport(TransportContext& context, SseRequest request, TimePoint now)
    : context_(context),
      request_(std::move(request)),
      session_(context.sessions, *this, sse_dialect, session::Session::Direction::to_client, now) {}

SseTransport::~SseTransport() {
  if (id_is_due_) std::erase(context_.streams_told, this);
  context_.places.give_back();
}

bool SseTransport::authenticate(TimePoint now) {
  append_retry(held_, delays_when_cut);
  session_.welcome();
  return session_.authenticate(request_.token, now);
}

void SseTransport::start() {
  connection_->send(std::exchange(held_, {}));
  for (std::size_t i = 0; i < request_.channels.size(); ++i) {
    protocol::Subscribe command;
    command.channel = request_.channels[i];
    command.since = request_.since[i];
    session_.execute(command);
  }
  connection_->ensure_timer(session_.next_deadline());
}

// ── From the connection ──

void SseTransport::on_data(std::span<char> /*bytes*/) {}  // a request was made already

void SseTransport::on_drain(milliseconds after) {
  send_id();  // while it has its channels
  connection_->send(fmt::format("retry: {}\n\n", after.count()));
  session_.drain(after);
}

void SseTransport::on_timer(TimePoint now) {
  session_.on_timer(now);
  if (connection_->is_open()) connection_->ensure_timer(session_.next_deadline());
}

void SseTransport::on_overflow() {
  connection_->drop_queued();
  session_.close(CloseCode::slow_reader);
}

void SseTransport::on_end() {
  // As WebSocketTransport: nobody is a member for as long as the connection lingers. It may read on
  // what was queued, and where it stands.
  send_id();
  session_.leave();
  connection_->end();
}

void SseTransport::on_closed() {
  session_.leave();
}

// ── From the session ──

void SseTransport::send_message(std::string_view json) {
  std::string& out = context_.scratch;
  out.clear();
  protocol::append_sse_event(out, json);
  if (connection_ == nullptr) {
    held_ += out;
    return;
  }
  // No id yet: `subscribed` names a position, but the events up to it are still to come.
  connection_->send(out);
}

void SseTransport::send_chunk(const SharedBytes& chunk) {
  connection_->send(chunk);
  mark_position();
}

void SseTransport::mark_position() {
  if (id_is_due_) return;
  id_is_due_ = true;
  context_.streams_told.push_back(this);
}

void SseTransport::send_due_id() {
  id_is_due_ = false;
  send_id();
}

void SseTransport::send_id() {
  // Who was closed has left its channels: where it stood can't be seen any more.
  if (session_.state() == session::Session::State::closed) return;
  std::string& out = context_.scratch;
  out = "id: ";
  append_stream_id(out);
  out += "\n\n";
  if (out == last_id_) return;
  connection_->send(out);
  last_id_ = out;
}

void send_stream_ids(TransportContext& context) {
  for (SseTransport* stream : context.streams_told) stream->send_due_id();
  context.streams_told.clear();
}

void SseTransport::append_stream_id(std::string& out) const {
  for (std::size_t i = 0; i < request_.channels.size(); ++i) {
    if (i > 0) out += ',';
    std::optional<Position> position = request_.since[i];
    const hub::Subscription* subscription = find_subscription(i);
    if (subscription != nullptr && subscription->listener != hub::Subscription::waiting) {
      position = subscription->channel->delivered_position();
    }
    if (position.has_value()) {
      fmt::format_to(std::back_inserter(out), "{}:{}", epoch_text(position->epoch),
                     position->offset);
    } else {
      out += '-';
    }
  }
}

const hub::Subscription* SseTransport::find_subscription(std::size_t index) const {
  const auto& subscriptions = session_.subscriptions;
  const auto is_it = [&](const hub::Subscription& subscription) {
    return subscription.channel->name() == request_.channels[index];
  };
  // As long as none was refused or ended, they stand in the order of the request.
  if (index < subscriptions.size() && is_it(subscriptions[index])) return &subscriptions[index];
  const auto place = std::ranges::find_if(subscriptions, is_it);
  return place == subscriptions.end() ? nullptr : &*place;
}

void SseTransport::end(protocol::CloseCode code, std::string_view reason) {
  if (connection_ == nullptr) {
    refusal_code_ = code;
    refusal_ = reason;
    return;
  }
  std::string& out = context_.scratch;
  out.clear();
  append_close(out, code, reason);
  connection_->send(out);
  connection_->end();
}

void SseTransport::note_bad_token() {
  // Before it is the handler, HttpTransport does it.
  if (connection_ != nullptr && context_.note_bad_token) {
    context_.note_bad_token(connection_->limit_key());
  }
}

}  // namespace river::transport
