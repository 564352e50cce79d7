#include "transport/http_transport.h"

#include <utility>

#include <fmt/format.h>

#include "http/cors.h"
#include "http/query.h"
#include "protocol/close_codes.h"
#include "transport/sse_transport.h"
#include "transport/websocket_transport.h"
#include "transport/websocket_upgrade.h"

namespace river::transport {
namespace {

constexpr std::string_view websocket_path = "/v1/ws";
constexpr std::string_view events_path = "/v1/events";
// Answers that the client has not read yet: then its next request waits.
constexpr std::size_t unread_answers_max = 256 * 1024;

constexpr std::string_view too_many_code = "too_many_connections";
constexpr std::string_view too_many_message =
    "this address has as many connections, or opens them as fast, as it may";

http::Response forbidden_origin_response() {
  return http::json_error(403, "forbidden_origin",
                          "this origin is not on the server's list (setting: origins)");
}

}  // namespace

HttpTransport::HttpTransport(TransportContext& context)
    : context_(context), reader_(context.settings.request) {}

HttpTransport::~HttpTransport() {
  if (waiting_ == Waiting::for_answer) --context_.unanswered;
}

void HttpTransport::on_open(net::Connection& connection) {
  ConnectionHandler::on_open(connection);
  // From accept on, TLS handshake included, and not prolonged by single bytes.
  wait(Waiting::for_head, context_.settings.head_timeout);
}

void HttpTransport::wait(Waiting what, milliseconds how_long) {
  waiting_ = what;
  deadline_ = connection_->loop().now() + how_long;
  connection_->ensure_timer(deadline_);
}

void HttpTransport::on_timer(TimePoint now) {
  if (waiting_ == Waiting::for_answer) return;
  if (now < deadline_) {
    connection_->ensure_timer(deadline_);
  } else if (waiting_ == Waiting::for_request && connection_->unsent_bytes() > 0) {
    // It is still being answered; for how long that may take is the outbox's concern.
    wait(Waiting::for_request, context_.settings.idle_timeout);
  } else if (waiting_ == Waiting::for_body || reader_.started()) {
    refuse_unread(HttpRefusal::timed_out,
                  http::json_error(408, "timeout", "the request did not come whole in time"), {});
  } else {
    if (waiting_ == Waiting::for_head) count(HttpRefusal::silent);
    connection_->close();
  }
}

void HttpTransport::on_overflow() {
  connection_->close();
}

void HttpTransport::on_end() {
  // It may have sent its requests and closed its side; the answers are still owed.
  peer_ended_ = true;
  end_if_nothing_is_owed();
}

void HttpTransport::end_if_nothing_is_owed() {
  if (peer_ended_ && can_read()) connection_->end();
}

void HttpTransport::on_drained() {
  if (!throttled_) return;
  // Not at once: this turn's events have been handed out already, and what the next request
  // publishes would wait for whatever begins another turn.
  connection_->loop().post([weak = std::weak_ptr(self_)] {
    const auto self = weak.lock();
    if (self == nullptr || !(*self)->connection_->is_open()) return;
    (*self)->throttled_ = false;
    (*self)->go_on();
  });
}

// ── Requests ──

void HttpTransport::on_data(std::span<char> bytes) {
  while (!bytes.empty() && can_read()) bytes = take(bytes);
  if (handed_over_ || connection_->is_ending()) return;
  if (bytes.empty()) return end_if_nothing_is_owed();
  ahead_.append(bytes.data(), bytes.size());
  if (ahead_.size() > limits::http_pipeline_bytes_max) connection_->pause_reading();
}

std::span<char> HttpTransport::take(std::span<char> bytes) {
  const bool first = waiting_ == Waiting::for_request;
  const auto result = reader_.feed({bytes.data(), bytes.size()});
  const std::span<char> rest = bytes.subspan(result.consumed);
  switch (result.status) {
    case http::ReadStatus::incomplete:
      if (first) wait(Waiting::for_head, context_.settings.head_timeout);
      break;
    case http::ReadStatus::head_complete:
      if (!context_.handler.wants_body(reader_.request())) {
        answer_without_body();
        return {};
      }
      if (reader_.request().expects_continue) connection_->send(http::continue_response);
      wait(Waiting::for_body, context_.settings.body_timeout);
      break;
    case http::ReadStatus::complete:
      dispatch(rest);
      break;
    case http::ReadStatus::failed:
      refuse_unread(HttpRefusal::malformed, http::json_error(reader_.error()),
                    {bytes.data(), bytes.size()});
      return {};
  }
  return handed_over_ ? std::span<char>() : rest;
}

void HttpTransport::dispatch(std::span<char> rest) {
  const http::Request& request = reader_.request();
  context_.metrics.http_requests.add();
  keep_alive_ = request.keep_alive && !context_.draining;
  head_request_ = request.method == "HEAD";
  if (request.path == websocket_path) {
    upgrade(rest);
  } else if (request.path == events_path && request.method == "GET") {
    stream_events();
  } else {
    ask_handler();
  }
}

void HttpTransport::ask_handler() {
  waiting_ = Waiting::for_answer;
  ++context_.unanswered;
  asking_ = true;
  if (self_ == nullptr) self_ = std::make_shared<HttpTransport*>(this);
  context_.handler.handle(reader_.request(),
                          [weak = std::weak_ptr(self_)](const http::Response& response) {
                            const auto self = weak.lock();
                            if (self != nullptr && (*self)->connection_->is_open()) {
                              (*self)->answer(response);
                            }
                          });
  asking_ = false;
}

// What the client goes on to send is thrown away.
void HttpTransport::answer_without_body() {
  context_.metrics.http_requests.add();
  keep_alive_ = false;
  head_request_ = reader_.request().method == "HEAD";
  ask_handler();
}

void HttpTransport::answer(const http::Response& response) {
  --context_.unanswered;
  if (response.wrong_key) {
    keep_alive_ = false;  // each guess needs a connection, of which an address has only so many
    if (context_.note_bad_token) context_.note_bad_token(connection_->limit_key());
  }
  std::string& out = context_.scratch;
  out.clear();
  http::append_response(out, response, keep_alive_, head_request_);
  connection_->send(out);
  if (!keep_alive_) {
    waiting_ = Waiting::for_request;
    connection_->end();
    return;
  }
  reader_.reset();
  head_request_ = false;  // of what comes next nothing is known yet
  wait(Waiting::for_request, context_.settings.idle_timeout);
  if (connection_->outbox_bytes() > unread_answers_max) {
    throttled_ = true;
    connection_->pause_reading();
    return;
  }
  // An answer in the same turn: on_data() goes on by itself.
  if (!asking_) go_on();
}

// Takes what was pipelined.
void HttpTransport::go_on() {
  connection_->resume_reading();
  std::string bytes = std::exchange(ahead_, {});
  on_data(bytes);
}

// The connection is of no more use: what is wrong with the request may go on in what follows it.
void HttpTransport::refuse(HttpRefusal reason, const http::Response& response) {
  count(reason);
  end_with(response);
}

// A page may read why it gets no stream of events, also if its request is not one.
void HttpTransport::refuse_unread(HttpRefusal reason, http::Response response,
                                  std::string_view last_fed) {
  const std::string head = reader_.unread_head(last_fed);
  if (head.starts_with(fmt::format("GET {}?", events_path))) {
    response.headers = http::cors_headers_of_unread(head, context_.settings.origins);
  }
  refuse(reason, response);
}

void HttpTransport::end_with(const http::Response& response) {
  std::string& out = context_.scratch;
  out.clear();
  http::append_response(out, response, false, head_request_);
  connection_->send(out);
  connection_->end();
}

// ── Other lives ──

// Through a trusted proxy come many: each is counted by its own address from here on, until the
// connection ends, which is its alone.
bool HttpTransport::admit_client() {
  const TrustedProxies& proxies = context_.settings.trusted_proxies;
  if (proxies.empty()) return true;
  const net::Address peer = connection_->peer();
  if (!proxies.contains(peer)) return true;  // counted when it connected
  const auto key = context_.admit_address(proxies.client_of(reader_.request(), peer));
  if (!key.has_value()) {
    context_.metrics.connections_refused.add();
    return false;
  }
  connection_->set_limit_key(*key);
  return true;
}

void HttpTransport::upgrade(std::span<char> rest) {
  if (context_.draining) return refuse(HttpRefusal::draining, http::draining_response());
  const http::Request& request = reader_.request();
  if (!context_.settings.origins.allows(request)) {
    return refuse(HttpRefusal::forbidden_origin, forbidden_origin_response());
  }
  auto upgrade = read_upgrade(request, context_.settings.deflate);
  if (!upgrade.has_value()) return refuse(HttpRefusal::invalid_handshake, upgrade.error());
  if (!admit_client()) return end_with(http::json_error(429, too_many_code, too_many_message));

  std::string& out = context_.scratch;
  out.clear();
  websocket::append_upgrade_response(out, *upgrade);
  connection_->send(out);
  const std::uint8_t bits = upgrade->deflate.has_value() ? upgrade->deflate->server_window_bits : 0;
  const std::optional<std::string> token = http::query_parameter(request.query, "token");

  auto made = std::make_unique<WebSocketTransport>(context_, bits, connection_->loop().now());
  WebSocketTransport& transport = *made;
  handed_over_ = true;
  connection_->set_handler(std::move(made));
  if (!context_.places.take(context_.settings.clients_max)) {
    transport.refuse_over_capacity();
    return;
  }
  transport.start(token);
  if (!rest.empty()) transport.on_data(rest);
}

void HttpTransport::stream_events() {
  const http::Request& request = reader_.request();
  if (!context_.settings.origins.allows(request)) {
    return refuse(HttpRefusal::forbidden_origin, forbidden_origin_response());
  }
  std::vector<http::ResponseHeader> headers =
      http::cors_headers(request, context_.settings.origins);
  if (context_.draining) {
    count(HttpRefusal::draining);
    return end_stream_at_once(headers, protocol::CloseCode::going_away);
  }
  const auto refuse_with = [&](int status, std::string_view code, std::string_view message) {
    http::Response response = http::json_error(status, code, message);
    response.headers = headers;
    end_with(response);
  };
  auto wanted = parse_sse_request(request);
  if (!wanted.has_value()) {
    return refuse_with(wanted.error().status, wanted.error().code, wanted.error().message);
  }
  const std::uint32_t most = context_.sessions.settings.subscriptions_max;
  if (wanted->channels.size() > most) {
    return refuse_with(400, "too_many", fmt::format("a stream carries at most {} channels", most));
  }
  if (!admit_client()) return refuse_with(429, too_many_code, too_many_message);
  if (!context_.places.take(context_.settings.clients_max)) {
    count(HttpRefusal::over_capacity);
    return end_stream_at_once(headers, protocol::CloseCode::over_capacity);
  }
  const TimePoint now = connection_->loop().now();
  auto made = std::make_unique<SseTransport>(context_, std::move(*wanted), now);
  SseTransport& transport = *made;
  if (!transport.authenticate(now)) {
    const bool forbidden = transport.refusal_code() == protocol::CloseCode::forbidden;
    if (!forbidden && context_.note_bad_token) context_.note_bad_token(connection_->limit_key());
    return refuse_with(forbidden ? 403 : 401, forbidden ? "forbidden" : "unauthenticated",
                       transport.refusal());
  }
  begin_stream(std::move(headers));
  handed_over_ = true;
  connection_->set_handler(std::move(made));
  transport.start();
}

void HttpTransport::begin_stream(std::vector<http::ResponseHeader> headers) {
  // Proxies must neither keep it nor hold it back (nginx knows the second header).
  headers.push_back({"Cache-Control", "no-store"});
  headers.push_back({"X-Accel-Buffering", "no"});
  std::string& out = context_.scratch;
  out.clear();
  http::append_stream_head(out, 200, "text/event-stream", headers);
  connection_->send(out);
}

void HttpTransport::end_stream_at_once(std::vector<http::ResponseHeader> headers,
                                       protocol::CloseCode code) {
  begin_stream(std::move(headers));
  std::string& out = context_.scratch;
  out.clear();
  append_short_stream(out, code);
  connection_->send(out);
  connection_->end();
}

}  // namespace river::transport
