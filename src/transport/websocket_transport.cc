#include "transport/websocket_transport.h"

#include <cstring>

#include <fmt/format.h>

#include "transport/dialects.h"
#include "websocket/frame_writer.h"

namespace river::transport {
namespace {

using protocol::CloseCode;
using session::Session;

// What holds while bytes of one client are read. Of one loop, during one on_data().
struct Reading {
  websocket::ReaderOptions options;
  // Payload of the last ping: only the latest is answered (RFC 6455 §5.5.3), so that a flood of
  // pings is no flood of pongs.
  std::optional<std::string> pending_pong;
};
thread_local Reading reading;

SharedBytes frame(websocket::Opcode opcode, std::string_view payload) {
  std::array<char, websocket::server_header_bytes_max> header;
  const std::size_t size = websocket::write_frame_header(header, opcode, payload.size(), false);
  return SharedBytes::make(size + payload.size(), [&](std::span<char> out) {
    std::memcpy(out.data(), header.data(), size);
    std::memcpy(out.data() + size, payload.data(), payload.size());
  });
}

}  // namespace

WebSocketTransport::WebSocketTransport(TransportContext& context, std::uint8_t deflate_window_bits,
                                       TimePoint now)
    : context_(context),
      session_(context.sessions, *this,
               deflate_window_bits == 0 ? websocket_dialect : deflate_dialect(deflate_window_bits),
               Session::Direction::both, now),
      deflate_(deflate_window_bits != 0) {}

WebSocketTransport::~WebSocketTransport() {
  if (has_place_) context_.places.give_back();
}

void WebSocketTransport::start(std::optional<std::string_view> token) {
  has_place_ = true;
  session_.welcome();
  if (token.has_value()) session_.authenticate(*token, now());
  connection_->ensure_timer(session_.next_deadline());
}

void WebSocketTransport::refuse_over_capacity() {
  session_.close(CloseCode::over_capacity);
}

// ── From the connection ──

void WebSocketTransport::on_data(std::span<char> bytes) {
  if (!is_alive()) return;
  reading.options.deflate = deflate_;
  reading.options.message_bytes_max = message_bytes_max();
  reading.pending_pong.reset();
  const auto error = reader_.feed(bytes, reading.options, context_.inflater, *this);
  if (!is_alive()) return;
  if (error.has_value()) return close_on(*error);
  if (reading.pending_pong.has_value()) {
    connection_->send(frame(websocket::Opcode::pong, *reading.pending_pong));
  }
  connection_->ensure_timer(session_.next_deadline());
}

void WebSocketTransport::close_on(const websocket::ReadError& error) {
  const auto code = static_cast<CloseCode>(error.close_code);
  if (code != CloseCode::message_too_large) return session_.close(code, error.reason);
  const bool is_known = session_.state() != Session::State::connected;
  session_.close(code, fmt::format("{}: {} bytes are taken{}", error.reason, message_bytes_max(),
                                   is_known ? "" : " before authentication"));
}

void WebSocketTransport::on_timer(TimePoint now) {
  session_.on_timer(now);
  if (is_alive()) connection_->ensure_timer(session_.next_deadline());
}

void WebSocketTransport::on_overflow() {
  connection_->drop_queued();
  session_.close(CloseCode::slow_reader);
}

void WebSocketTransport::on_end() {
  // A client that has gone without a close frame hears nothing any more.
  session_.leave();
  connection_->end();
}

void WebSocketTransport::on_closed() {
  session_.leave();
}

// ── From the session ──

void WebSocketTransport::send_message(std::string_view json) {
  connection_->send(frame(websocket::Opcode::text, json));
}

void WebSocketTransport::send_chunk(const SharedBytes& chunk) {
  connection_->send(chunk);
}

void WebSocketTransport::end(protocol::CloseCode code, std::string_view reason) {
  std::string& out = context_.scratch;
  out.clear();
  websocket::append_close(out, static_cast<std::uint16_t>(code), reason);
  connection_->send(out);
  connection_->end();
}

void WebSocketTransport::note_bad_token() {
  if (context_.note_bad_token) context_.note_bad_token(connection_->limit_key());
}

// ── From the frames ──

bool WebSocketTransport::on_message(websocket::Opcode opcode, std::string_view payload) {
  if (opcode == websocket::Opcode::binary) {
    session_.close(CloseCode::unsupported_data, "messages are JSON, as text");
    return false;
  }
  session_.on_message(payload, now());
  // It may have been let in: what it sent behind its token is judged as that of a known client.
  reading.options.message_bytes_max = message_bytes_max();
  return is_alive();
}

std::size_t WebSocketTransport::message_bytes_max() const {
  return session_.state() == Session::State::connected ? limits::message_bytes_before_auth_max
                                                       : context_.settings.message_bytes_max;
}

bool WebSocketTransport::heard_control() {
  session_.on_control_frame(now());
  return is_alive();
}

bool WebSocketTransport::on_ping(std::string_view payload) {
  reading.pending_pong = payload;
  return heard_control();
}

bool WebSocketTransport::on_pong(std::string_view /*payload*/) {
  return heard_control();
}

void WebSocketTransport::on_close(std::uint16_t code, std::string_view /*reason*/) {
  session_.leave();
  context_.metrics.closes[static_cast<std::size_t>(CloseCause::client)].add();
  std::string& out = context_.scratch;
  out.clear();
  websocket::append_close(out, code, {});
  connection_->send(out);
  connection_->end();
}

}  // namespace river::transport
