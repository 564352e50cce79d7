#include "transport/http_transport.h"

#include "transport/clients_for_test.h"
#include "transport/transport_for_test.h"

namespace river::transport {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class HttpTransportTest : public TransportFixture {};

TEST_F(HttpTransportTest, AnswersOneRequestAfterTheOther) {
  net::Peer peer = connect();
  for (const char* name : {"a", "b", "c"}) {
    peer.send(get(fmt::format("/now/{}", name)));
    const Answer answer = read_answer(peer);
    EXPECT_EQ(answer.status(), 200);
    EXPECT_TRUE(answer.has("Connection: keep-alive"));
    EXPECT_EQ(answer.body, name);
  }
  EXPECT_EQ(world_.metrics.http_requests.value(), 3U);
  EXPECT_EQ(thread_.metrics.connections_open.value(), 1U);
}

// So that a stopping server knows what it owes.
TEST_F(HttpTransportTest, CountsTheRequestsThatAreNotAnswered) {
  const auto unanswered = [this] {
    std::size_t count = 0;
    thread_.on_loop([&] { count = transports_.unanswered; });
    return count;
  };
  net::Peer peer = connect();
  peer.send(get("/now/a") + get("/later/b"));
  ASSERT_TRUE(notes_.wait_for("GET /later/b"));
  EXPECT_EQ(unanswered(), 1U);
  {
    net::Peer other = connect();
    other.send(get("/later/c"));
    ASSERT_TRUE(notes_.wait_for("GET /later/c"));
    EXPECT_EQ(unanswered(), 2U);
    other.reset();
  }
  ASSERT_TRUE(wait_for(thread_.metrics.connections_open, 1));
  EXPECT_EQ(unanswered(), 1U) << "nobody is owed what went away";
  answer("c");
  EXPECT_EQ(unanswered(), 1U);
  answer("b");
  EXPECT_EQ(unanswered(), 0U);
}

TEST_F(HttpTransportTest, ClosesWhenTheClientAsksForIt) {
  net::Peer peer = connect();
  peer.send(get("/now/a", "Connection: close\r\n"));
  const Answer answer = read_answer(peer);
  EXPECT_TRUE(answer.has("Connection: close"));
  EXPECT_EQ(answer.body, "a");
  EXPECT_EQ(peer.receive_all(), "");
}

TEST_F(HttpTransportTest, ClosesAfterARequestOfHttp10) {
  net::Peer peer = connect();
  peer.send("GET /now/a HTTP/1.0\r\nHost: river\r\n\r\n");
  EXPECT_EQ(read_answer(peer).body, "a");
  EXPECT_EQ(peer.receive_all(), "");
}

TEST_F(HttpTransportTest, SendsTheHeadAloneToHead) {
  net::Peer peer = connect();
  peer.send("HEAD /big/1000 HTTP/1.1\r\nHost: river\r\n\r\n" + get("/now/b"));
  const Answer answer = read_answer(peer, true);
  EXPECT_TRUE(answer.has("Content-Length: 1000"));
  EXPECT_EQ(read_answer(peer).body, "b");
}

// After a HEAD, the answer to a broken request had a length and no body.
TEST_F(HttpTransportTest, AnErrorAfterAHeadHasItsBody) {
  net::Peer peer = connect();
  peer.send("HEAD /now/a HTTP/1.1\r\nHost: river\r\n\r\n");
  EXPECT_EQ(read_answer(peer, true).status(), 200);
  peer.send("nonsense\r\n\r\n");
  const Answer answer = read_answer(peer);
  EXPECT_EQ(answer.status(), 400);
  EXPECT_THAT(answer.body, HasSubstr("error"));
}

// ── Pipelining ──

TEST_F(HttpTransportTest, AnswersInTheOrderOfTheRequests) {
  net::Peer peer = connect();
  peer.send(get("/later/a") + get("/now/b") + get("/later/c") + get("/now/d"));
  ASSERT_TRUE(notes_.wait_for("GET /later/a"));
  EXPECT_EQ(notes_.count("GET /now/b"), 0) << "one at a time";
  answer("a");
  ASSERT_TRUE(notes_.wait_for("GET /later/c"));
  answer("c");
  for (const char* name : {"a", "b", "c", "d"}) EXPECT_EQ(read_answer(peer).body, name);
}

TEST_F(HttpTransportTest, TakesRequestsThatAreCutAnywhere) {
  net::Peer peer = connect();
  const std::string requests = get("/now/a") + get("/later/b") + get("/now/c");
  for (const char byte : requests) peer.send(std::string(1, byte));
  ASSERT_TRUE(notes_.wait_for("GET /later/b"));
  answer("b");
  for (const char* name : {"a", "b", "c"}) EXPECT_EQ(read_answer(peer).body, name);
}

TEST_F(HttpTransportTest, AnswersNothingBehindABrokenRequest) {
  net::Peer peer = connect();
  peer.send(get("/now/a") + "GET / HTTP/1.1\r\nno host\r\n\r\n" + get("/now/c"));
  EXPECT_EQ(read_answer(peer).body, "a");
  const Answer refusal = read_answer(peer);
  EXPECT_EQ(refusal.status(), 400);
  EXPECT_TRUE(refusal.has("Connection: close"));
  EXPECT_EQ(peer.receive_all(), "");
  EXPECT_EQ(notes_.count("GET /now/c"), 0);
}

// Requests behind one that was still being answered were dropped when the client closed its side.
TEST_F(HttpTransportTest, OwesItsAnswersToAClientThatSendsNoMore) {
  net::Peer peer = connect();
  peer.send(get("/later/a") + get("/now/b") + get("/later/c"));
  peer.end_sending();
  ASSERT_TRUE(notes_.wait_for("GET /later/a"));
  thread_.finish_turn();
  answer("a");
  ASSERT_TRUE(notes_.wait_for("GET /later/c"));
  answer("c");
  for (const char* name : {"a", "b", "c"}) EXPECT_EQ(read_answer(peer).body, name);
  EXPECT_EQ(peer.receive_all(), "");
}

TEST_F(HttpTransportTest, EndsWithAClientThatEndsInTheMidstOfARequest) {
  net::Peer peer = connect();
  peer.send(get("/later/a") + "GET /now/b HT");
  peer.end_sending();
  ASSERT_TRUE(notes_.wait_for("GET /later/a"));
  thread_.finish_turn();
  answer("a");
  EXPECT_EQ(read_answer(peer).body, "a");
  EXPECT_EQ(peer.receive_all(), "");
}

TEST_F(HttpTransportTest, AnAnswerForAClientThatIsGoneGoesNowhere) {
  net::Peer peer = connect();
  peer.send(get("/later/a"));
  ASSERT_TRUE(notes_.wait_for("GET /later/a"));
  peer.reset();
  EXPECT_TRUE(wait_for(thread_.metrics.connections_open, 0));
  answer("a");
}

TEST_F(HttpTransportTest, TakesNoMoreRequestsOfAClientThatReadsNoAnswers) {
  constexpr int requests_max = 300;
  constexpr std::size_t bytes = 100'000;  // together more than any socket buffer
  net::Peer peer = connect();
  std::string requests;
  for (int i = 0; i < requests_max; ++i) requests += get(fmt::format("/big/{}", bytes));
  peer.send(requests);
  ASSERT_TRUE(notes_.wait_for("GET /big/100000"));
  for (int i = 0; i < 20; ++i) thread_.finish_turn();
  EXPECT_LT(notes_.count("GET /big/100000"), requests_max);
  for (int i = 0; i < requests_max; ++i) {
    ASSERT_EQ(read_answer(peer).body.size(), bytes) << "answer " << i;
  }
}

// A throttled client's next request was handled while answers were being written: what it published
// then missed its turn, and waited for whatever began another one.
TEST_F(HttpTransportTest, HandlesNothingBetweenHandingOutAndTheEndOfTheWrites) {
  thread_.loop->set_turn_end([this] { notes_.add("hand out"); });
  thread_.loop->set_writes_done([this] { notes_.add("written"); });
  net::Peer peer = connect();
  std::string requests;
  for (int i = 0; i < 100; ++i) requests += get("/big/300000");
  peer.send(requests);
  for (int i = 0; i < 100; ++i) ASSERT_EQ(read_answer(peer).body.size(), 300'000U);
  std::string last;
  for (const std::string& note : notes_.all()) {
    if (note.starts_with("GET")) {
      EXPECT_NE(last, "hand out");
    } else {
      last = note;
    }
  }
}

// Keys could be guessed without end on one connection, and cost nothing.
TEST_F(HttpTransportTest, AWrongKeyCostsItsAddressAndEndsItsConnection) {
  net::Peer peer = connect();
  peer.send(get("/now/a"));
  EXPECT_EQ(read_answer(peer).body, "a");
  EXPECT_EQ(notes_.count("bad token 7"), 0);
  peer.send(get("/key") + get("/now/b"));
  const Answer answer = read_answer(peer);
  EXPECT_EQ(answer.status(), 401);
  EXPECT_TRUE(answer.has("Connection: close"));
  EXPECT_EQ(peer.receive_all(), "");
  EXPECT_EQ(notes_.count("bad token 7"), 1);
}

// ── Bodies ──

TEST_F(HttpTransportTest, TakesABodyInPieces) {
  net::Peer peer = connect();
  peer.send("POST /echo HTTP/1.1\r\nHost: river\r\nContent-Length: 10\r\n\r\nhello");
  thread_.finish_turn();
  peer.send("world");
  EXPECT_EQ(read_answer(peer).body, "helloworld");
}

TEST_F(HttpTransportTest, TakesABodyInChunks) {
  net::Peer peer = connect();
  peer.send(
      "POST /echo HTTP/1.1\r\nHost: river\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n" +
      get("/now/next"));
  EXPECT_EQ(read_answer(peer).body, "helloworld");
  EXPECT_EQ(read_answer(peer).body, "next");
}

TEST_F(HttpTransportTest, SaysContinueToWhoWaitsForIt) {
  net::Peer peer = connect();
  peer.send(
      "POST /echo HTTP/1.1\r\nHost: river\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(peer.receive_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  peer.send("hello");
  EXPECT_EQ(read_answer(peer).body, "hello");
}

TEST_F(HttpTransportTest, DoesNotAskForABodyThatIsOfNoUse) {
  net::Peer peer = connect();
  peer.send(
      "POST /refused HTTP/1.1\r\nHost: river\r\nContent-Length: 5\r\n"
      "Expect: 100-continue\r\n\r\n");
  const Answer answer = read_answer(peer);
  EXPECT_EQ(answer.status(), 404);
  EXPECT_TRUE(answer.has("Connection: close"));
  EXPECT_EQ(peer.receive_all(), "");
}

TEST_F(HttpTransportTest, RefusesWhatIsTooLarge) {
  net::Peer head = connect();
  head.send(get("/now/a", fmt::format("X: {}\r\n", std::string(9000, 'x'))));
  EXPECT_EQ(read_answer(head).status(), 431);
  net::Peer body = connect();
  body.send("POST /echo HTTP/1.1\r\nHost: river\r\nContent-Length: 1048577\r\n\r\n");
  EXPECT_EQ(read_answer(body).status(), 413);
  EXPECT_EQ(body.receive_all(), "");
  EXPECT_EQ(refused(HttpRefusal::malformed), 2U);
}

// Its script saw a failed request, and no status: it tried again for ever.
TEST_F(HttpTransportTest, APageMayReadWhyItsStreamWasRefused) {
  const std::string long_name(5000, 'a');
  const std::string page = "Origin: https://app.example\r\n";
  const std::string many_bytes = fmt::format("X: {}\r\n", std::string(9000, 'x'));
  const auto answer_to = [this](const std::string& path, const std::string& headers) {
    net::Peer peer = connect();
    peer.send(get(path, headers));
    return read_answer(peer);
  };
  settings_.origins =
      http::OriginList::parse(std::vector<std::string>{"https://app.example"}).value();
  const std::string allowed = "Access-Control-Allow-Origin: https://app.example";
  const Answer too_long = answer_to("/v1/events?channel=" + long_name, page);
  EXPECT_EQ(too_long.status(), 414);
  EXPECT_TRUE(too_long.has(allowed));
  const Answer too_large = answer_to("/v1/events?channel=a", page + many_bytes);
  EXPECT_EQ(too_large.status(), 431);
  EXPECT_TRUE(too_large.has(allowed));
  const Answer unexpected = answer_to("/v1/events?channel=a", page + "Expect: nothing\r\n");
  EXPECT_EQ(unexpected.status(), 417);
  EXPECT_TRUE(unexpected.has(allowed));
  const Answer foreign =
      answer_to("/v1/events?channel=" + long_name, "Origin: https://evil.example\r\n");
  EXPECT_THAT(foreign.head, Not(HasSubstr("Access-Control-Allow-Origin")));
  const Answer elsewhere = answer_to("/v1/channels?" + long_name, page);
  EXPECT_THAT(elsewhere.head, Not(HasSubstr("Access-Control-Allow-Origin")));
}

TEST_F(HttpTransportTest, APageMayReadWhyARequestInPiecesWasRefused) {
  settings_.head_timeout = milliseconds(50);
  net::Peer peer = connect();
  peer.send("GET /v1/events?channel=a HTTP/1.1\r\n");
  const Answer answer = read_answer(peer);
  EXPECT_EQ(answer.status(), 408);
  EXPECT_TRUE(answer.has("Access-Control-Allow-Origin: *"));
}

// ── Time ──

TEST_F(HttpTransportTest, ClosesWhoSaysNothing) {
  settings_.head_timeout = milliseconds(50);
  net::Peer peer = connect();
  EXPECT_EQ(peer.receive_all(), "");
  EXPECT_EQ(refused(HttpRefusal::silent), 1U);
}

TEST_F(HttpTransportTest, WaitsForAHeadForSoLongAndNoLonger) {
  settings_.head_timeout = milliseconds(50);
  net::Peer peer = connect();
  peer.send("GET /now/a HTTP/1.1\r\n");
  const Answer answer = read_answer(peer);
  EXPECT_EQ(answer.status(), 408);
  EXPECT_TRUE(answer.has("Connection: close"));
  EXPECT_EQ(peer.receive_all(), "");
  EXPECT_EQ(refused(HttpRefusal::timed_out), 1U);
}

TEST_F(HttpTransportTest, WaitsForABodyForSoLongAndNoLonger) {
  settings_.body_timeout = milliseconds(50);
  net::Peer peer = connect();
  peer.send("POST /echo HTTP/1.1\r\nHost: river\r\nContent-Length: 10\r\n\r\nhello");
  EXPECT_EQ(read_answer(peer).status(), 408);
  EXPECT_EQ(peer.receive_all(), "");
  EXPECT_EQ(refused(HttpRefusal::timed_out), 1U);
}

TEST_F(HttpTransportTest, ClosesWhoIsIdleForLong) {
  settings_.idle_timeout = milliseconds(50);
  net::Peer peer = connect();
  peer.send(get("/now/a"));
  EXPECT_EQ(read_answer(peer).body, "a");
  EXPECT_EQ(peer.receive_all(), "");
  EXPECT_EQ(refused(HttpRefusal::silent), 0U);
}

// A client that took longer than that for its answer got a part of it.
TEST_F(HttpTransportTest, IsNotIdleWhileItsAnswerIsUnderWay) {
  settings_.idle_timeout = milliseconds(50);
  outbox_.bytes_max = 100'000'000;
  net::Peer peer = connect();
  peer.send(get("/big/20000000"));
  ASSERT_TRUE(notes_.wait_for("GET /big/20000000"));
  thread_.on_loop([this] {
    thread_.loop->call_at(thread_.loop->now() + milliseconds(300), [this] { notes_.add("long"); });
  });
  ASSERT_TRUE(notes_.wait_for("long"));
  EXPECT_EQ(read_answer(peer).body.size(), 20'000'000U);
  EXPECT_EQ(peer.receive_all(), "");
}

TEST_F(HttpTransportTest, TheNextHeadHasItsOwnTime) {
  settings_.head_timeout = milliseconds(50);
  net::Peer peer = connect();
  peer.send(get("/now/a") + "GET /now/b");
  EXPECT_EQ(read_answer(peer).body, "a");
  EXPECT_EQ(read_answer(peer).status(), 408);
}

TEST_F(HttpTransportTest, NoTimeRunsWhileTheServerThinks) {
  settings_.head_timeout = settings_.body_timeout = settings_.idle_timeout = milliseconds(50);
  net::Peer peer = connect();
  peer.send(get("/later/a"));
  ASSERT_TRUE(notes_.wait_for("GET /later/a"));
  thread_.on_loop([this] {
    thread_.loop->call_at(thread_.loop->now() + milliseconds(300), [this] { notes_.add("long"); });
  });
  ASSERT_TRUE(notes_.wait_for("long"));
  answer("a");
  EXPECT_EQ(read_answer(peer).body, "a");
}

// ── Leaving ──

TEST_F(HttpTransportTest, KeepsNoConnectionsWhileItDrains) {
  transports_.draining = true;
  net::Peer peer = connect();
  peer.send(get("/now/a"));
  EXPECT_TRUE(read_answer(peer).has("Connection: close"));
  EXPECT_EQ(peer.receive_all(), "");
  net::Peer client = connect();
  client.send(upgrade_request());
  const Answer refusal = read_answer(client);
  EXPECT_EQ(refusal.status(), 503);
  EXPECT_TRUE(refusal.has("Retry-After: 1"));
  EXPECT_THAT(refusal.body, HasSubstr("draining"));
  EXPECT_EQ(refused(HttpRefusal::draining), 1U);
}

// ── Behind a proxy ──

class ProxiedTransportTest : public TransportFixture {
 protected:
  void trust(const std::string& range) {
    settings_.trusted_proxies = TrustedProxies::parse(std::vector{range}).value();
  }
  // Asks for a WebSocket and for a stream, and gives the statuses.
  std::vector<int> open_both(std::string_view headers, std::vector<net::Peer>& peers) {
    std::vector<int> statuses;
    for (const std::string& request : {upgrade_request("/v1/ws", headers),
                                       get("/v1/events?channel=dogs&token=" + token(), headers)}) {
      peers.push_back(connect());
      peers.back().send(request);
      statuses.push_back(read_answer(peers.back()).status());
    }
    return statuses;
  }
  std::vector<net::Peer> peers_;
};

TEST_F(ProxiedTransportTest, CountsClientsByTheAddressThatTheProxySays) {
  trust("127.0.0.1");
  EXPECT_THAT(open_both("X-Forwarded-For: 203.0.113.9\r\n", peers_), ElementsAre(101, 200));
  EXPECT_EQ(notes_.count("client 203.0.113.9"), 2);
  peers_.clear();
  EXPECT_TRUE(notes_.wait_for("closed 9", 2)) << "under the key that they were counted by";
  EXPECT_EQ(notes_.count("closed 7"), 0);
}

TEST_F(ProxiedTransportTest, ChargesThemForTheirWrongTokens) {
  trust("127.0.0.1");
  constexpr std::string_view forwarded = "X-Forwarded-For: 203.0.113.9\r\n";
  net::Peer socket = connect();
  socket.send(upgrade_request("/v1/ws?token=wrong", forwarded));
  EXPECT_EQ(read_answer(socket).status(), 101);
  net::Peer stream = connect();
  stream.send(get("/v1/events?channel=dogs&token=wrong", forwarded));
  EXPECT_EQ(read_answer(stream).status(), 401);
  EXPECT_TRUE(notes_.wait_for("bad token 9", 2));
}

TEST_F(ProxiedTransportTest, RefusesAClientWhoseAddressHasAllItMay) {
  trust("127.0.0.1");
  client_key_.reset();
  for (const std::string& request :
       {upgrade_request(), get("/v1/events?channel=dogs&token=" + token())}) {
    net::Peer peer = connect();
    peer.send(request);
    const Answer answer = read_answer(peer);
    EXPECT_EQ(answer.status(), 429);
    EXPECT_THAT(answer.body, HasSubstr("too_many_connections"));
    EXPECT_EQ(peer.receive_all(), "");
  }
  EXPECT_TRUE(notes_.wait_for("closed 7", 2)) << "nothing was taken";
  EXPECT_EQ(notes_.count("client 127.0.0.1"), 2) << "the proxy named nobody";
  EXPECT_EQ(world_.metrics.connections_refused.value(), 2U);
}

TEST_F(ProxiedTransportTest, BelievesNobodyWhoIsNotTrusted) {
  trust("127.0.0.2");
  client_key_.reset();
  EXPECT_THAT(open_both("X-Forwarded-For: 203.0.113.9\r\n", peers_), ElementsAre(101, 200));
  EXPECT_EQ(notes_.count("client 203.0.113.9"), 0);
}

TEST_F(ProxiedTransportTest, CountsNoOtherRequests) {
  trust("127.0.0.1");
  client_key_.reset();
  net::Peer peer = connect();
  peer.send(get("/now/a", "X-Forwarded-For: 203.0.113.9\r\n"));
  EXPECT_EQ(read_answer(peer).status(), 200);
}

}  // namespace
}  // namespace river::transport
