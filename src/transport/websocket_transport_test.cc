#include "transport/websocket_transport.h"

#include <algorithm>
#include <memory>

#include "transport/clients_for_test.h"
#include "transport/transport_for_test.h"

namespace river::transport {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using websocket::Opcode;

class WebSocketTransportTest : public TransportFixture {
 protected:
  // A client that was welcomed.
  net::Peer open(std::string_view target = "/v1/ws", std::string_view headers = {}) {
    net::Peer peer = connect();
    peer.send(upgrade_request(target, headers));
    const Answer answer = read_answer(peer);
    EXPECT_EQ(answer.status(), 101) << answer.head;
    EXPECT_TRUE(answer.has("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    EXPECT_THAT(read_frame(peer).payload, StartsWith(R"({"type":"welcome")"));
    return peer;
  }
  // One that is in, and subscribed to a channel.
  net::Peer subscriber(std::string_view channel, std::string_view headers = {}) {
    net::Peer peer = open("/v1/ws?token=" + token(), headers);
    EXPECT_THAT(read_frame(peer).payload, StartsWith(R"({"type":"authenticated")"));
    peer.send(text_frame(fmt::format(R"({{"type":"subscribe","channel":"{}"}})", channel)));
    EXPECT_THAT(read_frame(peer).payload, StartsWith(R"({"type":"subscribed")"));
    return peer;
  }
  [[nodiscard]] std::string auth() {
    return text_frame(fmt::format(R"({{"type":"auth","id":1,"token":"{}"}})", token()));
  }
};

// ── The beginning ──

TEST_F(WebSocketTransportTest, WelcomesAndTakesCommands) {
  net::Peer peer = open();
  peer.send(auth());
  EXPECT_EQ(read_frame(peer).payload,
            R"({"type":"authenticated","id":1,"user":"ada","ping_interval":25})");
  peer.send(text_frame(R"({"type":"ping"})"));
  EXPECT_EQ(read_frame(peer).payload, R"({"type":"pong"})");
}

TEST_F(WebSocketTransportTest, AnswersFramesThatCameWithTheUpgrade) {
  net::Peer peer = connect();
  peer.send(upgrade_request() + auth() + text_frame(R"({"type":"ping"})"));
  EXPECT_EQ(read_answer(peer).status(), 101);
  EXPECT_THAT(read_frame(peer).payload, StartsWith(R"({"type":"welcome")"));
  EXPECT_THAT(read_frame(peer).payload, StartsWith(R"({"type":"authenticated")"));
  EXPECT_EQ(read_frame(peer).payload, R"({"type":"pong"})");
}

TEST_F(WebSocketTransportTest, ABadFrameThatCameWithTheUpgradeClosesWhatItOpened) {
  net::Peer peer = connect();
  peer.send(upgrade_request() + "\xf1\x84");
  EXPECT_EQ(read_answer(peer).status(), 101);
  EXPECT_THAT(read_frame(peer).payload, StartsWith(R"({"type":"welcome")"));
  EXPECT_EQ(read_frame(peer).close_code(), 1002);
  EXPECT_EQ(peer.receive_all(), "");
}

TEST_F(WebSocketTransportTest, UpgradesBehindAnotherRequest) {
  net::Peer peer = connect();
  peer.send(get("/later/a") + upgrade_request() + auth());
  ASSERT_TRUE(notes_.wait_for("GET /later/a"));
  answer("a");
  EXPECT_EQ(read_answer(peer).body, "a");
  EXPECT_EQ(read_answer(peer).status(), 101);
  EXPECT_THAT(read_frame(peer).payload, StartsWith(R"({"type":"welcome")"));
  EXPECT_THAT(read_frame(peer).payload, StartsWith(R"({"type":"authenticated")"));
}

TEST_F(WebSocketTransportTest, TakesATokenInTheUrl) {
  net::Peer peer = open("/v1/ws?token=" + token());
  EXPECT_EQ(read_frame(peer).payload,
            R"({"type":"authenticated","user":"ada","ping_interval":25})");
}

TEST_F(WebSocketTransportTest, ABadTokenInTheUrlIsHeldAgainstItsAddress) {
  net::Peer peer = open("/v1/ws?token=nonsense");
  const Frame close = read_frame(peer);
  EXPECT_EQ(close.close_code(), 4401);
  EXPECT_EQ(close.payload.substr(2), "the token is not valid");
  EXPECT_TRUE(notes_.wait_for("bad token 7"));
}

TEST_F(WebSocketTransportTest, ClosesWhoShowsNoToken) {
  world_.settings.auth_timeout = seconds(1);
  net::Peer peer = open();
  EXPECT_EQ(read_frame(peer).close_code(), 4401);
  EXPECT_EQ(peer.receive_all(), "");
}

TEST_F(WebSocketTransportTest, RefusesWhatIsNoHandshake) {
  const auto answer_to = [this](const std::string& request) {
    net::Peer peer = connect();
    peer.send(request);
    const Answer answer = read_answer(peer);
    EXPECT_TRUE(answer.has("Connection: close"));
    EXPECT_FALSE(answer.has("Upgrade:"));
    return answer;
  };
  EXPECT_EQ(answer_to(get("/v1/ws")).status(), 426);
  std::string old_version = upgrade_request();
  old_version.replace(old_version.find(": 13"), 4, ": 12");
  const Answer old = answer_to(old_version);
  EXPECT_EQ(old.status(), 426);
  EXPECT_TRUE(old.has("Sec-WebSocket-Version: 13"));
  EXPECT_EQ(answer_to(upgrade_request("/v1/ws", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"))
                .status(),
            400);
  const Answer posted = answer_to("POST" + upgrade_request().substr(3));
  EXPECT_EQ(posted.status(), 405);
  EXPECT_TRUE(posted.has("Allow: GET"));
  EXPECT_EQ(refused(HttpRefusal::invalid_handshake), 4U);
  EXPECT_EQ(world_.metrics.clients_open.value(), 0U);
}

TEST_F(WebSocketTransportTest, RefusesAnOriginThatIsNotOnTheList) {
  settings_.origins =
      http::OriginList::parse(std::vector<std::string>{"https://a.example"}).value();
  net::Peer peer = connect();
  peer.send(upgrade_request("/v1/ws", "Origin: https://b.example\r\n"));
  const Answer answer = read_answer(peer);
  EXPECT_EQ(answer.status(), 403);
  EXPECT_THAT(answer.body, HasSubstr("forbidden_origin"));
  EXPECT_EQ(refused(HttpRefusal::forbidden_origin), 1U);
  open("/v1/ws", "Origin: https://a.example\r\n");
}

TEST_F(WebSocketTransportTest, TurnsAwayWhoIsOneTooMany) {
  settings_.clients_max = 1;
  const net::Peer first = open();
  net::Peer second = connect();
  second.send(upgrade_request());
  EXPECT_EQ(read_answer(second).status(), 101);
  EXPECT_EQ(read_frame(second).close_code(), 4503);
  EXPECT_EQ(second.receive_all(), "");
}

// ── Frames ──

TEST_F(WebSocketTransportTest, AnswersAPingWithItsPayload) {
  net::Peer peer = open();
  peer.send(control_frame(Opcode::ping, "are you there"));
  const Frame pong = read_frame(peer);
  EXPECT_EQ(pong.opcode, 10);
  EXPECT_EQ(pong.payload, "are you there");
}

TEST_F(WebSocketTransportTest, AnswersOnlyTheLastOfManyPings) {
  net::Peer peer = open();
  std::string pings;
  for (int i = 0; i < 20; ++i) pings += control_frame(Opcode::ping, std::to_string(i));
  peer.send(pings + auth());
  EXPECT_THAT(read_frame(peer).payload, StartsWith(R"({"type":"authenticated")"));
  EXPECT_EQ(read_frame(peer).payload, "19");
}

TEST_F(WebSocketTransportTest, ReturnsTheClientsGoodbye) {
  net::Peer peer = open();
  peer.send(control_frame(Opcode::close,
                          "\x03\xe8"
                          "bye") +
            auth());
  const Frame close = read_frame(peer);
  EXPECT_EQ(close.close_code(), 1000);
  EXPECT_EQ(close.payload.size(), 2U);
  EXPECT_EQ(peer.receive_all(), "");
  peer.close();
  EXPECT_TRUE(wait_for_clients(0));
  EXPECT_EQ(world_.metrics.closes[static_cast<std::size_t>(CloseCause::client)].value(), 1U);
}

TEST_F(WebSocketTransportTest, ReturnsAGoodbyeWithoutACode) {
  net::Peer peer = open();
  peer.send(control_frame(Opcode::close));
  const Frame close = read_frame(peer);
  EXPECT_EQ(close.opcode, 8);
  EXPECT_EQ(close.payload, "");
}

TEST_F(WebSocketTransportTest, TakesNoBinaryMessages) {
  net::Peer peer = open();
  peer.send(control_frame(Opcode::binary, "{}"));
  EXPECT_EQ(read_frame(peer).close_code(), 1003);
}

TEST_F(WebSocketTransportTest, TakesSmallMessagesOnlyBeforeTheToken) {
  net::Peer stranger = open();
  stranger.send(websocket::client_header({}, limits::message_bytes_before_auth_max + 1));
  const Frame refusal = read_frame(stranger);
  EXPECT_EQ(refusal.close_code(), 1009);
  EXPECT_EQ(refusal.payload.substr(2),
            "the message is too large: 16384 bytes are taken before authentication");

  net::Peer known = subscriber("dogs");
  std::string ping = R"({"type":"ping"})";
  ping.resize(limits::message_bytes_before_auth_max + 1, ' ');
  known.send(text_frame(ping));
  EXPECT_EQ(read_frame(known).payload, R"({"type":"pong"})");
  known.send(websocket::client_header({}, limits::message_bytes_max + 1));
  EXPECT_EQ(read_frame(known).close_code(), 1009);
}

// The text spoke of inflating, of which an application knows nothing, and did not name the limit.
TEST_F(WebSocketTransportTest, SaysHowLargeAMessageMayBe) {
  std::string large(limits::message_bytes_max + 1, ' ');
  websocket::Deflater deflater;
  const auto reason = [this](std::string_view extension, const std::string& frame) {
    net::Peer peer = subscriber("dogs", extension);
    peer.send(frame);
    const Frame close = read_frame(peer);
    EXPECT_EQ(close.close_code(), 1009);
    return close.payload.substr(2);
  };
  constexpr std::string_view says = "the message is too large: 69632 bytes are taken";
  EXPECT_EQ(reason({}, text_frame(large)), says);
  EXPECT_EQ(reason("Sec-WebSocket-Extensions: permessage-deflate\r\n",
                   websocket::client_bytes(websocket::ClientFrame{
                       .payload = deflater.compress(large, 15), .compressed = true})),
            says);
}

// Whether a large message behind a token was taken depended on how the network cut the bytes.
TEST_F(WebSocketTransportTest, TakesALargeMessageInOnePacketWithTheToken) {
  net::Peer peer = connect();
  std::string ping = R"({"type":"ping"})";
  ping.resize(limits::message_bytes_before_auth_max + 1, ' ');
  peer.send(upgrade_request() + auth() + text_frame(ping));
  EXPECT_EQ(read_answer(peer).status(), 101);
  EXPECT_THAT(read_frame(peer).payload, StartsWith(R"({"type":"welcome")"));
  EXPECT_THAT(read_frame(peer).payload, StartsWith(R"({"type":"authenticated")"));
  EXPECT_EQ(read_frame(peer).payload, R"({"type":"pong"})");
}

// ── Events ──

TEST_F(WebSocketTransportTest, DeliversEvents) {
  net::Peer peer = subscriber("dogs");
  publish("dogs", "new", R"({"a":1})");
  EXPECT_EQ(read_frame(peer).payload,
            R"({"type":"event","channel":"dogs","event":"new","data":{"a":1},"offset":1})");
}

TEST_F(WebSocketTransportTest, DeflatesLargeEventsForWhoWantsIt) {
  net::Peer peer = subscriber("dogs", "Sec-WebSocket-Extensions: permessage-deflate\r\n");
  const std::string data = '"' + std::string(2000, 'x') + '"';
  publish("dogs", "small", "1");
  publish("dogs", "large", data);
  const Frame small = read_frame(peer);
  EXPECT_FALSE(small.compressed);
  const Frame large = read_frame(peer);
  EXPECT_TRUE(large.compressed);
  EXPECT_LT(large.payload.size(), 200U);
  websocket::Inflater inflater;
  EXPECT_EQ(
      inflater.inflate(large.payload, 10'000).value(),
      fmt::format(R"({{"type":"event","channel":"dogs","event":"large","data":{},"offset":2}})",
                  data));
}

TEST_F(WebSocketTransportTest, NegotiatesNoCompressionWhenItIsOff) {
  settings_.deflate = false;
  net::Peer peer = connect();
  peer.send(upgrade_request("/v1/ws", "Sec-WebSocket-Extensions: permessage-deflate\r\n"));
  EXPECT_FALSE(read_answer(peer).has("Sec-WebSocket-Extensions"));
}

TEST_F(WebSocketTransportTest, TellsASlowReaderWhyItIsClosed) {
  outbox_.bytes_max = 300'000;
  net::Peer peer = subscriber("dogs");
  net::Peer neighbour = subscriber("dogs");
  const std::string data = '"' + std::string(60'000, 'x') + '"';
  constexpr int events_max = 400;  // more than all buffers on the way
  for (int i = 1; i <= events_max; ++i) {
    publish("dogs", "large", data);
    EXPECT_THAT(read_frame(neighbour).payload, HasSubstr(fmt::format("\"offset\":{}", i)));
  }
  // What was queued for it is given up, but for the event that it has a part of.
  thread_.on_loop([this] {
    for (const net::Connection* connection : thread_.loop->connections()) {
      if (connection->is_ending()) {
        EXPECT_LT(connection->outbox_bytes(), 61'000U);
      }
    }
  });
  // Whole events, without a hole, and then the reason.
  int events = 0;
  Frame frame = read_frame(peer);
  for (; frame.opcode == 1; frame = read_frame(peer)) {
    EXPECT_TRUE(frame.payload.ends_with(fmt::format("\"offset\":{}}}", ++events)));
  }
  EXPECT_LT(events, events_max);
  EXPECT_EQ(frame.close_code(), 4430);
  EXPECT_EQ(frame.payload.substr(2), "reads too slowly");
  EXPECT_EQ(peer.receive_all(), "");
  peer.close();
  EXPECT_TRUE(wait_for_clients(1));
  EXPECT_EQ(thread_.metrics.outbox_overflows.value(), 1U);
}

TEST_F(WebSocketTransportTest, HoldsNoMoreForAClientThatAsksForPagesAndReadsNone) {
  outbox_.bytes_max = 300'000;
  world_.settings.outbox_bytes_max = outbox_.bytes_max;
  world_.settings.messages = {};  // pages cost nothing
  auto held_most = std::make_shared<std::size_t>(0);
  thread_.loop->set_turn_end([this, held_most] {
    world_.hub.flush();
    for (const net::Connection* connection : thread_.loop->connections()) {
      *held_most = std::max(*held_most, connection->outbox_bytes());
    }
  });
  auth::TokenRequest request{.user = "ada"};
  request.grants = {{"dogs", auth::bit_of(auth::Action::history)}};
  net::Peer peer = open("/v1/ws?token=" + session::World::sign(request));
  read_frame(peer);
  constexpr std::size_t event_bytes = 60'000;
  for (int i = 0; i < 10; ++i) publish("dogs", "e", '"' + std::string(event_bytes, 'x') + '"');
  constexpr int pages_max = 1000;  // more than all buffers on the way, if each has one event
  std::string questions;
  for (int i = 0; i < pages_max; ++i)
    questions += text_frame(R"({"type":"history","channel":"dogs"})");
  peer.send(questions);
  ASSERT_TRUE(wait_for(thread_.metrics.outbox_overflows, 1));
  int pages = 0;
  Frame frame = read_frame(peer);
  for (; frame.opcode == 1; frame = read_frame(peer)) ++pages;
  EXPECT_EQ(frame.close_code(), 4430);
  EXPECT_LT(pages, pages_max);
  thread_.on_loop([&] {
    EXPECT_GT(*held_most, outbox_.bytes_max) << "it was seen at its worst";
    EXPECT_LE(*held_most, outbox_.bytes_max + event_bytes + 500) << "and one page";
  });
}

// ── The end ──

TEST_F(WebSocketTransportTest, ForgetsAClientThatHalfCloses) {
  net::Peer peer = subscriber("dogs");
  peer.end_sending();
  EXPECT_EQ(peer.receive_all(), "");
  EXPECT_TRUE(wait_for_clients(0));
  EXPECT_EQ(world_.metrics.subscriptions_open.value(), 0U);
}

TEST_F(WebSocketTransportTest, ForgetsAClientThatBreaksInTheMidstOfAFrame) {
  net::Peer peer = subscriber("dogs");
  peer.send(websocket::client_header({}, 1000) + "half of it");
  peer.reset();
  EXPECT_TRUE(wait_for_clients(0));
  EXPECT_EQ(world_.metrics.subscriptions_open.value(), 0U);
  EXPECT_TRUE(wait_for(thread_.metrics.connections_open, 0));
}

}  // namespace
}  // namespace river::transport
