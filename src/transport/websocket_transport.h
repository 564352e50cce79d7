// WebSocketTransport: joins a connection that was upgraded with a session. All there is of an idle
// client: one of these, the Connection, and its places in the hub.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "net/connection.h"
#include "session/session.h"
#include "transport/transport_context.h"
#include "websocket/message_reader.h"

namespace river::transport {

class WebSocketTransport final : public net::ConnectionHandler,
                                 private session::SessionOutput,
                                 private websocket::MessageSink {
 public:
  // `deflate_window_bits`: 0 if compression was not negotiated.
  WebSocketTransport(TransportContext& context, std::uint8_t deflate_window_bits, TimePoint now);
  ~WebSocketTransport() override;

  // Says welcome, and takes a token from the URL. Once it is the connection's handler, with a place
  // that it gives back.
  void start(std::optional<std::string_view> token);
  void refuse_over_capacity();

  void on_data(std::span<char> bytes) override;
  void on_timer(TimePoint now) override;
  void on_overflow() override;
  void on_drain(milliseconds after) override { session_.drain(after); }
  void on_end() override;
  void on_closed() override;

 private:
  void send_message(std::string_view json) override;
  void send_chunk(const SharedBytes& chunk) override;
  [[nodiscard]] std::size_t queued_bytes() const override { return connection_->outbox_bytes(); }
  void end(protocol::CloseCode code, std::string_view reason) override;
  void note_bad_token() override;

  [[nodiscard]] bool on_message(websocket::Opcode opcode, std::string_view payload) override;
  [[nodiscard]] bool on_ping(std::string_view payload) override;
  [[nodiscard]] bool on_pong(std::string_view payload) override;
  void on_close(std::uint16_t code, std::string_view reason) override;

  void close_on(const websocket::ReadError& error);
  [[nodiscard]] bool is_alive() const {
    return session_.state() != session::Session::State::closed;
  }
  [[nodiscard]] bool heard_control();
  [[nodiscard]] std::size_t message_bytes_max() const;
  [[nodiscard]] TimePoint now() const { return connection_->loop().now(); }

  TransportContext& context_;
  websocket::MessageReader reader_;
  session::Session session_;
  bool deflate_;
  bool has_place_ = false;
};

static_assert(sizeof(WebSocketTransport) <= 256, "memory a connection; see docs/operations.md");

}  // namespace river::transport
