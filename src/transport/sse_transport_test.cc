#include "transport/sse_transport.h"

#include "transport/clients_for_test.h"
#include "transport/transport_for_test.h"

namespace river::transport {
namespace {

using testing::ContainsRegex;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

// ── The request ──

class SseRequestTest : public testing::Test {
 protected:
  [[nodiscard]] std::expected<SseRequest, SseError> parse(std::string_view query) {
    http::Request request;
    request.query = query;
    request.headers = headers_;
    return parse_sse_request(request);
  }
  [[nodiscard]] std::vector<std::optional<Position>> since(std::string_view id) {
    headers_ = {{"Last-Event-ID", id}};
    return parse("channel=a&channel=b").value().since;
  }

  std::vector<http::Header> headers_;
};

TEST_F(SseRequestTest, NamesChannelsAndShowsAToken) {
  const auto request = parse("channel=a&token=t&channel=presence-%23b").value();
  EXPECT_THAT(request.channels, ElementsAre("a", "presence-#b"));
  EXPECT_EQ(request.token, "t");
  EXPECT_THAT(request.since, ElementsAre(std::nullopt, std::nullopt));
}

TEST_F(SseRequestTest, MayShowItsTokenInAHeader) {
  headers_ = {{"Authorization", "Bearer t"}};
  EXPECT_EQ(parse("channel=a").value().token, "t");
  EXPECT_EQ(parse("channel=a&token=u").value().token, "u");
  for (const char* spelling : {"bearer t", "BEARER  t"}) {
    headers_ = {{"Authorization", spelling}};
    EXPECT_EQ(parse("channel=a").value().token, "t") << spelling;
  }
  for (const char* other : {"Basic t", "Bearert", "Bearer", "t"}) {
    headers_ = {{"Authorization", other}};
    EXPECT_EQ(parse("channel=a").value().token, "") << other;
  }
}

TEST_F(SseRequestTest, IsRefusedWithoutChannelsAndWithBadOnes) {
  EXPECT_EQ(parse("token=t").error().code, "invalid_request");
  EXPECT_EQ(parse("channel=a&channel=a").error().code, "invalid_request");
  EXPECT_EQ(parse("channel=two%20words").error().code, "invalid_channel");
  EXPECT_EQ(parse("channel=").error().code, "invalid_channel");
  EXPECT_EQ(parse("channel=a%2").error().code, "invalid_request");
}

TEST_F(SseRequestTest, ResumesEachChannelFromItsPlace) {
  EXPECT_THAT(since("1f:3,2a:0"), ElementsAre(Position{0x1f, 3}, Position{0x2a, 0}));
  EXPECT_THAT(since("-,2a:7"), ElementsAre(std::nullopt, Position{0x2a, 7}));
}

TEST_F(SseRequestTest, TakesNothingOfAnIdThatIsNotOfThisStream) {
  for (const char* id : {"1f:3", "1f:3,2a:0,1:1", "nonsense", "", ",", "1f:x,2a:-1", "1f:,:3"}) {
    for (const auto& position : since(id)) {
      EXPECT_TRUE(!position.has_value() || position->epoch == 0) << id;
    }
  }
}

TEST_F(SseRequestTest, MayCarryItsIdInTheQueryWhichGoesFirst) {
  headers_ = {{"Last-Event-ID", "1f:3"}};
  EXPECT_THAT(parse("channel=a&last_event_id=2a:4").value().since, ElementsAre(Position{0x2a, 4}));
}

// ── The stream ──

class SseTransportTest : public TransportFixture {
 protected:
  net::Peer request(std::string_view query, std::string_view headers = {}) {
    net::Peer peer = connect();
    peer.send(get(fmt::format("/v1/events?{}", query), headers));
    return peer;
  }
  // A stream whose head and first words were read.
  net::Peer open(std::string_view channels, std::string_view headers = {}) {
    net::Peer peer = request(fmt::format("{}&token={}", channels, token()), headers);
    const Answer answer = read_answer(peer);
    EXPECT_EQ(answer.status(), 200) << answer.head;
    EXPECT_TRUE(answer.has("Content-Type: text/event-stream"));
    EXPECT_THAT(block(peer), ContainsRegex("^retry: [2-5][0-9]{3}\ndata: \\{\"type\":\"welcome\""));
    EXPECT_THAT(block(peer), StartsWith(R"(data: {"type":"authenticated")"));
    return peer;
  }
  static std::string block(net::Peer& peer) {
    std::string text = peer.receive_until("\n\n");
    text.resize(text.size() - std::min<std::size_t>(2, text.size()));
    return text;
  }
  // The epoch that the next block names.
  static std::string read_subscribed(net::Peer& peer) {
    const std::string subscribed = block(peer);
    EXPECT_THAT(subscribed, StartsWith(R"(data: {"type":"subscribed")"));
    const std::size_t begin = subscribed.find("\"epoch\":\"") + 9;
    return subscribed.substr(begin, subscribed.find('"', begin) - begin);
  }
  static std::string event(std::string_view channel, int offset) {
    return fmt::format(
        R"(data: {{"type":"event","channel":"{}","event":"e","data":{},"offset":{}}})", channel,
        offset, offset);
  }
};

TEST_F(SseTransportTest, SendsEventsAndThenWhereItStands) {
  net::Peer peer = open("channel=dogs");
  const std::string epoch = read_subscribed(peer);
  EXPECT_EQ(block(peer), fmt::format("id: {}:0", epoch));
  publish("dogs", "e", "1");
  EXPECT_EQ(block(peer), event("dogs", 1));
  EXPECT_EQ(block(peer), fmt::format("id: {}:1", epoch));
}

TEST_F(SseTransportTest, AnIdNeverCoversWhatIsStillToCome) {
  net::Peer peer = open("channel=a&channel=b");
  const std::string a = read_subscribed(peer);
  const std::string b = read_subscribed(peer);
  EXPECT_EQ(block(peer), fmt::format("id: {}:0,{}:0", a, b));
  // Both in one turn.
  thread_.on_loop([this] {
    publish_now("a", "e", "1");
    publish_now("b", "e", "1");
    publish_now("b", "e", "2");
  });
  EXPECT_EQ(block(peer), event("a", 1));
  EXPECT_EQ(block(peer), event("b", 1));
  EXPECT_EQ(block(peer), event("b", 2));
  EXPECT_EQ(block(peer), fmt::format("id: {}:1,{}:2", a, b));
}

// The id, which names every channel of the stream, was sent after the events of each of them.
TEST_F(SseTransportTest, SendsOneIdATurn) {
  constexpr int channels = 50;
  std::string query;
  for (int i = 0; i < channels; ++i) query += fmt::format("{}channel=c{}", i == 0 ? "" : "&", i);
  net::Peer peer = open(query);
  for (int i = 0; i < channels; ++i) read_subscribed(peer);
  EXPECT_THAT(block(peer), StartsWith("id: "));
  thread_.on_loop([this] {
    for (int i = 0; i < channels; ++i) publish_now(fmt::format("c{}", i), "e", "1");
  });
  for (int i = 0; i < channels; ++i) EXPECT_EQ(block(peer), event(fmt::format("c{}", i), 1));
  EXPECT_THAT(block(peer), StartsWith("id: "));
  thread_.on_loop([this] { publish_now("c0", "e", "2"); });
  EXPECT_EQ(block(peer), event("c0", 2));
}

TEST_F(SseTransportTest, SaysWhereItStandsBeforeItDrains) {
  net::Peer peer = open("channel=dogs");
  const std::string epoch = read_subscribed(peer);
  EXPECT_EQ(block(peer), fmt::format("id: {}:0", epoch));
  thread_.on_loop([this] {
    publish_now("dogs", "e", "1");
    world_.hub.flush();
    thread_.loop->connections().back()->handler()->on_drain(milliseconds(100));
  });
  EXPECT_EQ(block(peer), event("dogs", 1));
  EXPECT_EQ(block(peer), fmt::format("id: {}:1", epoch));
  EXPECT_EQ(block(peer), "retry: 100");
  EXPECT_THAT(block(peer), HasSubstr(R"("type":"reconnect")"));
  EXPECT_THAT(block(peer), HasSubstr(R"("type":"close","code":1001)"));
}

// Told something when the ids of its turn are sent already, as by one who leaves for being slow.
TEST_F(SseTransportTest, MayGoBeforeItsIdIsSent) {
  net::Peer peer = open("channel=dogs");
  read_subscribed(peer);
  block(peer);
  thread_.on_loop([this] {
    thread_.loop->set_writes_done([this] {
      if (thread_.loop->connections().empty()) return;
      publish_now("dogs", "e", "1");
      world_.hub.flush();
      EXPECT_EQ(transports_.streams_told.size(), 1U);
      thread_.loop->connections().back()->close();
    });
  });
  EXPECT_TRUE(wait_for_clients(0));
  thread_.finish_turn();
}

TEST_F(SseTransportTest, AMessageDoesNotAnnounceEventsThatWaitForTheEndOfTheTurn) {
  net::Peer peer = open("channel=a");
  const std::string a = read_subscribed(peer);
  EXPECT_EQ(block(peer), fmt::format("id: {}:0", a));
  thread_.on_loop([this] {
    publish_now("a", "e", "1");
    broker::UserCommand command;
    command.user = "ada";
    command.content = broker::EventBytes("hello", "1");
    world_.hub.on_user_command(command);
  });
  EXPECT_EQ(block(peer), R"(data: {"type":"event","event":"hello","data":1})");
  EXPECT_EQ(block(peer), event("a", 1));
  EXPECT_EQ(block(peer), fmt::format("id: {}:1", a));
}

TEST_F(SseTransportTest, ResumesFromTheIdOfABrowser) {
  net::Peer first = open("channel=dogs");
  const std::string epoch = read_subscribed(first);
  first.close();
  publish("dogs", "e", "1");
  publish("dogs", "e", "2");
  net::Peer peer = open("channel=dogs", fmt::format("Last-Event-ID: {}:0\r\n", epoch));
  EXPECT_THAT(block(peer), HasSubstr(R"("offset":2,"recovered":true)"));
  EXPECT_EQ(block(peer), event("dogs", 1)) << "no id before what it covers";
  EXPECT_EQ(block(peer), event("dogs", 2));
  EXPECT_EQ(block(peer), fmt::format("id: {}:2", epoch));
}

TEST_F(SseTransportTest, AChannelThatIsRefusedLeavesTheOthersAlone) {
  net::Peer peer = open("channel=private-a&channel=b");
  EXPECT_THAT(block(peer), HasSubstr(R"("type":"error")"));
  const std::string b = read_subscribed(peer);
  EXPECT_EQ(block(peer), fmt::format("id: -,{}:0", b));
}

TEST_F(SseTransportTest, PingsAStreamThatNeedsNoAnswer) {
  world_.settings.ping_interval = seconds(1);
  net::Peer peer = open("channel=dogs");
  read_subscribed(peer);
  EXPECT_THAT(block(peer), StartsWith("id: "));
  EXPECT_EQ(block(peer), R"(data: {"type":"ping"})");
  EXPECT_EQ(block(peer), R"(data: {"type":"ping"})");
}

// ── Refusals ──

TEST_F(SseTransportTest, ABadTokenIsAnErrorThatABrowserMayRead) {
  net::Peer peer = request("channel=dogs&token=nonsense", "Origin: https://a.example\r\n");
  const Answer answer = read_answer(peer);
  EXPECT_EQ(answer.status(), 401);
  EXPECT_TRUE(answer.has("Access-Control-Allow-Origin: *"));
  EXPECT_THAT(answer.body, HasSubstr("the token is not valid"));
  EXPECT_EQ(peer.receive_all(), "");
  EXPECT_TRUE(notes_.wait_for("bad token 7"));
  EXPECT_EQ(world_.metrics.clients_open.value(), 0U);
}

// An address was charged for a user that had too many connections.
TEST_F(SseTransportTest, TooManyConnectionsAreNoBadToken) {
  world_.settings.connections_per_user_max = 1;
  const net::Peer first = open("channel=dogs");
  net::Peer second = request("channel=dogs&token=" + token());
  EXPECT_EQ(read_answer(second).status(), 403);
  EXPECT_EQ(notes_.count("bad token 7"), 0);
}

TEST_F(SseTransportTest, ABadRequestIsAnError) {
  net::Peer peer = request("channel=two%20words&token=" + token());
  const Answer answer = read_answer(peer);
  EXPECT_EQ(answer.status(), 400);
  EXPECT_THAT(answer.body, HasSubstr("invalid_channel"));
}

// After any status but 200 a browser's EventSource gives up for ever.
TEST_F(SseTransportTest, AFullServerSaysSoInAStreamThatEnds) {
  settings_.clients_max = 1;
  const net::Peer first = open("channel=dogs");
  net::Peer second = request("channel=dogs&token=" + token(), "Origin: https://a.example\r\n");
  const Answer answer = read_answer(second);
  EXPECT_EQ(answer.status(), 200);
  EXPECT_TRUE(answer.has("Content-Type: text/event-stream"));
  EXPECT_TRUE(answer.has("Access-Control-Allow-Origin: *"));
  EXPECT_THAT(second.receive_all(),
              MatchesRegex(
                  "retry: [1-3][0-9]{4}\n"
                  "data: \\{\"type\":\"close\",\"code\":4503,\"reason\":\"over capacity\"\\}\n\n"));
  EXPECT_EQ(world_.metrics.clients_open.value(), 1U);
  EXPECT_EQ(refused(HttpRefusal::over_capacity), 1U);
}

TEST_F(SseTransportTest, AServerThatLeavesSaysSoInAStreamThatEnds) {
  transports_.draining = true;
  net::Peer peer = request("channel=dogs&token=" + token());
  EXPECT_EQ(read_answer(peer).status(), 200);
  EXPECT_THAT(peer.receive_all(), ContainsRegex("^retry: [1-5][0-9]{3}\ndata: .*\"code\":1001,"));
  EXPECT_EQ(refused(HttpRefusal::draining), 1U);
}

// ── The end ──

TEST_F(SseTransportTest, SaysWhyItEnds) {
  net::Peer peer = open("channel=dogs");
  read_subscribed(peer);
  block(peer);
  thread_.on_loop([this] {
    broker::UserCommand command;
    command.kind = broker::UserCommand::Kind::disconnect;
    command.user = "ada";
    world_.hub.on_user_command(command);
  });
  EXPECT_EQ(block(peer),
            R"(data: {"type":"close","code":4401,"reason":"disconnected by the application"})");
  EXPECT_EQ(peer.receive_all(), "");
}

// An EventSource knows nothing of `reconnect`: all came back at once.
TEST_F(SseTransportTest, SendsBrowsersBackAfterADelayOfTheirOwn) {
  net::Peer peer = open("channel=dogs");
  read_subscribed(peer);
  block(peer);
  thread_.on_loop(
      [this] { thread_.loop->connections().front()->handler()->on_drain(milliseconds(1234)); });
  EXPECT_EQ(block(peer), "retry: 1234");
  EXPECT_THAT(block(peer), HasSubstr(R"("type":"reconnect","after_ms":1234)"));
  EXPECT_THAT(block(peer), HasSubstr(R"("type":"close","code":1001)"));
  EXPECT_EQ(peer.receive_all(), "");
}

TEST_F(SseTransportTest, TellsASlowReaderWhyItIsClosed) {
  outbox_.bytes_max = 300'000;
  net::Peer peer = open("channel=dogs");
  read_subscribed(peer);
  const std::string data = '"' + std::string(60'000, 'x') + '"';
  for (int i = 0; i < 400; ++i) publish("dogs", "e", data);
  const std::string all = peer.receive_all();
  EXPECT_TRUE(all.ends_with(
      "\n\ndata: {\"type\":\"close\",\"code\":4430,\"reason\":\"reads too slowly\"}\n\n"));
  EXPECT_LT(all.size(), 400U * 60'000U);
}

// Symptom: who had gone was a member for as long as the server tried to send the rest.
TEST_F(SseTransportTest, AClientThatHalfClosesHasLeftAlthoughSomethingIsStillToBeSent) {
  outbox_.bytes_max = std::size_t{64} * 1024 * 1024;
  net::Peer peer = open("channel=dogs");
  read_subscribed(peer);
  const std::string data = '"' + std::string(60'000, 'x') + '"';
  for (int i = 0; i < 400; ++i) publish("dogs", "new", data);  // more than the sockets hold
  EXPECT_EQ(world_.metrics.subscriptions_open.value(), 1U);
  peer.end_sending();
  EXPECT_TRUE(wait_for(world_.metrics.subscriptions_open, 0));
  EXPECT_EQ(thread_.metrics.connections_open.value(), 1U);
}

TEST_F(SseTransportTest, ForgetsAClientThatIsGone) {
  net::Peer peer = open("channel=dogs");
  peer.reset();
  EXPECT_TRUE(wait_for_clients(0));
  EXPECT_EQ(world_.metrics.subscriptions_open.value(), 0U);
}

}  // namespace
}  // namespace river::transport
