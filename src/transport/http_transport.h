// HttpTransport: the first life of every connection: requests in, responses out, in order. A
// request for /v1/ws or /v1/events gives the connection to another transport.
//
// One request at a time: what the client pipelines behind one that is not answered yet waits.
// Limits: time for the head (from accept, or from its first byte), for the body, and between
// requests.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/request_reader.h"
#include "http/response.h"
#include "net/connection.h"
#include "protocol/close_codes.h"
#include "transport/transport_context.h"

namespace river::transport {

class HttpTransport final : public net::ConnectionHandler {
 public:
  explicit HttpTransport(TransportContext& context);
  ~HttpTransport() override;

  void on_open(net::Connection& connection) override;
  void on_data(std::span<char> bytes) override;
  void on_end() override;
  void on_timer(TimePoint now) override;
  void on_overflow() override;
  void on_drained() override;

 private:
  enum class Waiting : std::uint8_t { for_request, for_head, for_body, for_answer };

  [[nodiscard]] std::span<char> take(std::span<char> bytes);
  void dispatch(std::span<char> rest);
  void ask_handler();
  void answer_without_body();
  [[nodiscard]] bool admit_client();
  void upgrade(std::span<char> rest);
  void stream_events();
  void begin_stream(std::vector<http::ResponseHeader> headers);
  void end_stream_at_once(std::vector<http::ResponseHeader> headers, protocol::CloseCode code);
  void answer(const http::Response& response);
  void go_on();
  void end_if_nothing_is_owed();
  void refuse(HttpRefusal reason, const http::Response& response);
  void refuse_unread(HttpRefusal reason, http::Response response, std::string_view last_fed);
  void end_with(const http::Response& response);
  void count(HttpRefusal reason) {
    context_.metrics.http_refusals[static_cast<std::size_t>(reason)].add();
  }
  void wait(Waiting what, milliseconds how_long);
  [[nodiscard]] bool can_read() const {
    return waiting_ != Waiting::for_answer && !handed_over_ && !throttled_ &&
           !connection_->is_ending() && connection_->is_open();
  }

  TransportContext& context_;
  http::RequestReader reader_;
  std::string ahead_;  // pipelined behind the request that is being answered
  std::shared_ptr<HttpTransport*> self_;
  TimePoint deadline_;
  Waiting waiting_ = Waiting::for_head;
  bool keep_alive_ = true;
  bool head_request_ = false;
  bool handed_over_ = false;
  bool throttled_ = false;  // the client reads no answers: no more requests are taken
  bool asking_ = false;     // the handler is being asked, and may answer at once
  bool peer_ended_ = false;
};

}  // namespace river::transport
