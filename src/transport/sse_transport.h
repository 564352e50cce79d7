// SseTransport: joins a connection with a session one way: Server-Sent Events (HTML Living Standard
// §9.2), for browsers that can't hold a WebSocket. The channels come with the request.
//
// The id of the stream says where it stands in each channel, in the order of the request:
// "epoch:offset,epoch:offset"; "-" where nothing is known. It follows what it covers, as a block of
// its own, so a browser that comes back with Last-Event-ID misses nothing. If the connection breaks
// between the two, it gets those events again: their offsets tell.
//
// The id grows with the channels of the stream, so it is sent once a turn, however many of them had
// something to say.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.h"
#include "net/connection.h"
#include "session/session.h"
#include "transport/transport_context.h"

namespace river::transport {

// What the request asks for.
struct SseRequest {
  std::string token;
  std::vector<std::string> channels;
  std::vector<std::optional<Position>> since;  // as many
};

// An error of the request: a response with that status.
struct SseError {
  int status;
  std::string_view code;
  std::string message;
};

[[nodiscard]] std::expected<SseRequest, SseError> parse_sse_request(const http::Request& request);

// A stream that ends as it begins, for a request that can't be served now. With any status but 200
// a browser's EventSource would give up for ever.
void append_short_stream(std::string& out, protocol::CloseCode code);

class SseTransport final : public net::ConnectionHandler, private session::SessionOutput {
 public:
  // With a place that it gives back.
  SseTransport(TransportContext& context, SseRequest request, TimePoint now);
  ~SseTransport() override;

  // Checks the token before anything is sent; false: answer with 401 or 403 and `refusal()`.
  [[nodiscard]] bool authenticate(TimePoint now);
  [[nodiscard]] protocol::CloseCode refusal_code() const { return refusal_code_; }
  [[nodiscard]] const std::string& refusal() const { return refusal_; }
  // Sends what was said so far and subscribes. Once it is the connection's handler.
  void start();

  // At the end of a turn: where the stream stands, if that is not what was said last.
  void send_due_id();

  void on_data(std::span<char> bytes) override;
  void on_timer(TimePoint now) override;
  void on_overflow() override;
  void on_end() override;
  void on_drain(milliseconds after) override;
  void on_closed() override;

 private:
  void send_message(std::string_view json) override;
  void send_chunk(const SharedBytes& chunk) override;
  void mark_position() override;
  [[nodiscard]] std::size_t queued_bytes() const override { return connection_->outbox_bytes(); }
  void end(protocol::CloseCode code, std::string_view reason) override;
  void note_bad_token() override;

  void send_id();
  void append_stream_id(std::string& out) const;
  // Of the channel with that place in the request; null if there is none.
  [[nodiscard]] const hub::Subscription* find_subscription(std::size_t index) const;

  TransportContext& context_;
  SseRequest request_;
  std::string held_;  // said before it is the handler
  std::string last_id_;
  bool id_is_due_ = false;  // and it is in the context's list
  std::string refusal_;
  protocol::CloseCode refusal_code_ = protocol::CloseCode::unauthenticated;
  session::Session session_;
};

// At the end of each turn, when the hub has handed out everything.
void send_stream_ids(TransportContext& context);

}  // namespace river::transport
