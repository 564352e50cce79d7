// river-echo: River's own connections, HTTP and WebSocket behind an echo, with raised limits, for
// conformance suites. Not for production: it answers anybody.
//
//   river-echo --listen 127.0.0.1:9001
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>

#include <fmt/format.h>
#include <sys/resource.h>

#include "base/limits.h"
#include "http/request_reader.h"
#include "net/connection.h"
#include "net/listener.h"
#include "transport/websocket_upgrade.h"
#include "websocket/deflate.h"
#include "websocket/frame_writer.h"
#include "websocket/message_reader.h"

namespace river {
namespace {

constexpr std::size_t message_bytes_max = 16 * limits::mib;
constexpr std::uint32_t fragments_max = 65'536;
const net::OutboxLimits outbox_limits{512 * limits::mib, seconds(60)};

struct Shared {
  websocket::Inflater inflater;
  websocket::Deflater deflater;
  http::RequestLimits limits;
};

// First the handshake, then an echo.
class Echo final : public net::ConnectionHandler, private websocket::MessageSink {
 public:
  explicit Echo(Shared& shared) : shared_(shared), request_(shared.limits) {}

  void on_data(std::span<char> bytes) override {
    if (!upgraded_) bytes = shake_hands(bytes);
    if (bytes.empty() || connection_->is_ending()) return;
    const websocket::ReaderOptions options{message_bytes_max, fragments_max, window_bits_ != 0};
    const auto error = reader_.feed(bytes, options, shared_.inflater, *this);
    if (error.has_value() && !connection_->is_ending()) end(error->close_code, error->reason);
  }
  void on_timer(TimePoint /*now*/) override {}
  void on_overflow() override { connection_->close(); }

 private:
  std::span<char> shake_hands(std::span<char> bytes) {
    const auto read = request_.feed({bytes.data(), bytes.size()});
    std::string out;
    if (read.status == http::ReadStatus::complete) {
      const auto upgrade = transport::read_upgrade(request_.request(), true);
      if (upgrade.has_value()) {
        websocket::append_upgrade_response(out, *upgrade);
        if (upgrade->deflate.has_value()) window_bits_ = upgrade->deflate->server_window_bits;
        upgraded_ = true;
        connection_->send(out);
        return bytes.subspan(read.consumed);
      }
      http::append_response(out, upgrade.error(), false);
    } else if (read.status == http::ReadStatus::failed) {
      http::append_response(out, http::json_error(request_.error()), false);
    } else {
      return {};
    }
    connection_->send(out);
    connection_->end();
    return {};
  }

  bool on_message(websocket::Opcode opcode, std::string_view payload) override {
    std::string out;
    if (window_bits_ != 0 && payload.size() >= limits::deflate_bytes_min) {
      websocket::append_frame(out, opcode, shared_.deflater.compress(payload, window_bits_), true);
    } else {
      websocket::append_frame(out, opcode, payload);
    }
    connection_->send(out);
    return true;
  }

  bool on_ping(std::string_view payload) override {
    std::string out;
    websocket::append_frame(out, websocket::Opcode::pong, payload);
    connection_->send(out);
    return true;
  }

  bool on_pong(std::string_view /*payload*/) override { return true; }

  void on_close(std::uint16_t code, std::string_view /*reason*/) override { end(code, {}); }

  void end(std::uint16_t code, std::string_view reason) {
    std::string out;
    websocket::append_close(out, code, reason);
    connection_->send(out);
    connection_->end();
  }

  Shared& shared_;
  http::RequestReader request_;
  websocket::MessageReader reader_;
  bool upgraded_ = false;
  std::uint8_t window_bits_ = 0;
};

int run(std::string_view listen) {
  Metrics metrics;
  Shared shared;
  auto loop = net::Loop::make(net::SendBatchKind::automatic, metrics);
  const auto address = net::Address::parse(listen);
  if (!loop.has_value() || !address.has_value()) {
    fmt::print(stderr, "river-echo: {}\n", loop.has_value() ? address.error() : loop.error());
    return 1;
  }
  auto listener = net::Listener::open(
      **loop, *address, [&](net::FileDescriptor socket, const net::Address& /*peer*/) {
        auto connection = std::make_unique<net::Connection>(
            **loop, std::move(socket), 0, outbox_limits, nullptr, std::make_unique<Echo>(shared));
        (*loop)->adopt(std::move(connection)).start();
      });
  if (!listener.has_value()) {
    fmt::print(stderr, "river-echo: {}\n", listener.error());
    return 1;
  }
  (*listener)->start();
  fmt::print("river-echo listens on {}\n", (*listener)->address().text());
  std::fflush(stdout);
  (*loop)->run();
  return 0;
}

}  // namespace
}  // namespace river

int main(int argc, char** argv) {
  std::string_view listen = "127.0.0.1:9001";
  if (argc == 3 && std::strcmp(argv[1], "--listen") == 0) {
    listen = argv[2];
  } else if (argc != 1) {
    fmt::print(stderr, "usage: river-echo [--listen 127.0.0.1:9001]\n");
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  return river::run(listen);
}
