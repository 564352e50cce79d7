#include "server/server.h"

#include <filesystem>

#include "server/revocation_file.h"
#include "server/server_for_test.h"

namespace river::server {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class ServerTest : public ServerFixture {
 protected:
  [[nodiscard]] static std::string since(const std::string& epoch, int offset) {
    return fmt::format(R"(,"since":{{"epoch":"{}","offset":{}}})", epoch, offset);
  }
};

TEST_F(ServerTest, DeliversWhatABackendPublishesToClientsOnAllWorkers) {
  start();
  std::vector<net::Peer> peers;
  for (int i = 0; i < 8; ++i) {  // the kernel spreads them
    peers.push_back(client());
    EXPECT_THAT(message(peers.back()), StartsWith(R"({"type":"authenticated")"));
    EXPECT_THAT(subscribe(peers.back(), "dogs"), StartsWith(R"({"type":"subscribed")"));
  }
  for (int i = 1; i <= 20; ++i) publish("dogs", std::to_string(i));
  for (net::Peer& peer : peers) {
    for (int i = 1; i <= 20; ++i) {
      ASSERT_EQ(
          message(peer),
          fmt::format(R"({{"type":"event","channel":"dogs","event":"e","data":{0},"offset":{0}}})",
                      i));
    }
  }
}

// The limit was cut into one for each worker, and the kernel does not spread clients evenly: some
// were refused while there was room.
TEST_F(ServerTest, HasAsManyClientsAsAllowedHoweverTheyAreSpread) {
  config_.workers = 8;
  config_.limits.connections_max = 8;
  start();
  std::vector<net::Peer> peers;
  for (int i = 0; i < 8; ++i) {
    peers.push_back(client());
    EXPECT_THAT(message(peers.back()), StartsWith(R"({"type":"authenticated")"));
  }
  net::Peer refused = connect();  // and slow to go
  const auto is_refused = [](net::Peer& peer) {
    peer.send(transport::upgrade_request());
    EXPECT_EQ(transport::read_answer(peer).status(), 101);
    return transport::read_frame(peer).close_code() == 4503;
  };
  EXPECT_TRUE(is_refused(refused));
  net::Peer stream = connect();
  stream.send(transport::get("/v1/events?channel=dogs&token=" + token()));
  EXPECT_THAT(stream.receive_all(), HasSubstr(R"("code":4503)"));

  // The place of one that leaves is free; who was refused takes up none.
  peers.front().close();
  const TimePoint deadline = steady_now() + seconds(net::Peer::patience_seconds);
  bool refused_again = true;
  while (refused_again && steady_now() < deadline) {
    net::Peer next = connect();
    refused_again = is_refused(next);
  }
  EXPECT_FALSE(refused_again);
}

// It was silent: nobody could tell whether it had been heard.
TEST_F(ServerTest, SaysThatThereIsNothingToReload) {
  start();
  testing::internal::CaptureStderr();
  server_->reload_tls();
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("nothing to reload: "));
}

TEST_F(ServerTest, RefusesToOpenAPortThatIsTaken) {
  const net::FileDescriptor taken(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const net::SocketAddress any = net::Address::parse("127.0.0.1:0")->socket_address();
  ASSERT_EQ(::bind(taken.get(), any.get(), any.size), 0);
  ASSERT_EQ(::listen(taken.get(), 1), 0);
  net::SocketAddress where;
  where.size = sizeof where.storage;
  ::getsockname(taken.get(), reinterpret_cast<sockaddr*>(&where.storage), &where.size);
  config_.listen = {{"127.0.0.1", net::Address::from(where.storage)->port()}};

  Server server(Node::make(config_, secrets_).value());
  const auto opened = server.open();
  ASSERT_FALSE(opened.has_value());
  EXPECT_THAT(opened.error(), StartsWith("cannot listen on 127.0.0.1:"));
}

// ── Stopping and starting again ──

TEST_F(ServerTest, ClientsResumeAcrossARestart) {
  start();
  net::Peer before = client();
  message(before);
  const std::string epoch = epoch_of(subscribe(before, "dogs"));
  publish("dogs", "1");
  EXPECT_THAT(message(before), HasSubstr(R"("offset":1)"));
  publish("dogs", "2");
  EXPECT_THAT(message(before), HasSubstr(R"("offset":2)"));
  stop();
  EXPECT_THAT(message(before), StartsWith(R"({"type":"reconnect","after_ms":)"));
  EXPECT_EQ(transport::read_frame(before).close_code(), 1001);

  start();
  net::Peer after = client();
  message(after);
  EXPECT_EQ(subscribe(after, "dogs", since(epoch, 1)),
            fmt::format(R"({{"type":"subscribed","channel":"dogs","epoch":"{}","offset":2,)"
                        R"("recovered":true}})",
                        epoch));
  EXPECT_THAT(message(after), HasSubstr(R"("data":2,"offset":2)"));
  publish("dogs", "3");
  EXPECT_THAT(message(after), HasSubstr(R"("data":3,"offset":3)"));
}

// A backend that repeated a publication whose answer it lost to the restart published it twice.
TEST_F(ServerTest, APublicationIsMadeOnceAcrossARestart) {
  config_.workers = 3;
  const auto publish_all = [this](int offset) {
    for (int i = 0; i < 20; ++i) {
      const auto answer = post(
          "/v1/publish", fmt::format(R"({{"channel":"c{}","event":"e","data":1,"id":"x"}})", i));
      EXPECT_THAT(answer.body, HasSubstr(fmt::format(R"("offset":{}}})", offset))) << i;
    }
  };
  start();
  for (int i = 0; i < 20; ++i) publish(fmt::format("c{}", i), "1");
  publish_all(2);
  stop();
  config_.workers = 2;  // so that channels move
  start();
  publish_all(2);
  stop();
  start();
  publish_all(2);
}

// The channel gives way to another before its id is forgotten.
TEST_F(ServerTest, APublicationIsMadeOnceAlthoughItsChannelIsGone) {
  config_.limits.channels_max = 1;
  config_.workers = 1;
  config_.history.events_max = 0;
  start();
  const std::string body = R"({"channel":"dogs","event":"e","data":1,"id":"x"})";
  const std::string first = post("/v1/publish", body).body;
  publish("cats", "1");
  stop();
  config_.workers = 4;
  start();
  EXPECT_EQ(post("/v1/publish", body).body, first);
}

TEST_F(ServerTest, AfterAHardEndClientsAreToldToReload) {
  start();
  net::Peer before = client();
  message(before);
  const std::string epoch = epoch_of(subscribe(before, "dogs"));
  publish("dogs", "1");
  server_.reset();
  start();
  net::Peer after = client();
  message(after);
  EXPECT_THAT(subscribe(after, "dogs", since(epoch, 0)),
              AllOf(HasSubstr(R"("recovered":false)"), HasSubstr(R"("offset":0)")));
}

TEST_F(ServerTest, AStateIsTakenUpOnceOnly) {
  start();
  publish("dogs", "1");
  stop();
  EXPECT_TRUE(std::filesystem::exists(directory_.file("state")));
  start();
  EXPECT_FALSE(std::filesystem::exists(directory_.file("state")));
}

TEST_F(ServerTest, ADamagedStateIsThrownAwayWithAWarning) {
  start();
  net::Peer before = client();
  message(before);
  const std::string epoch = epoch_of(subscribe(before, "dogs"));
  publish("dogs", "1");
  stop();
  std::filesystem::resize_file(directory_.file("state"), 30);

  testing::internal::CaptureStderr();
  start();
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("channels start anew"));
  net::Peer after = client();
  message(after);
  EXPECT_THAT(subscribe(after, "dogs", since(epoch, 0)), HasSubstr(R"("recovered":false)"));
}

TEST_F(ServerTest, RevocationsOutlastAnyEnd) {
  start();
  EXPECT_EQ(post("/v1/users/ada/disconnect", R"({"revoke":true})").status(), 204);
  EXPECT_EQ(post("/v1/users/bob/disconnect", R"({"revoke":true})").status(), 204);
  stop();
  start();
  for (const char* user : {"ada", "bob"}) {
    net::Peer refused = client(token({.user = user}));
    EXPECT_EQ(transport::read_frame(refused).close_code(), 4401) << user;
  }
}

// With more than 87,000 users, all revoked tokens were valid again after a restart.
TEST_F(ServerTest, RevocationsOutlastAnyEndHoweverMany) {
  std::string lines;
  for (int i = 0; i < 100'000; ++i) {
    lines += fmt::format("{} user-00000000-0000-4000-8000-{:012}\n", unix_now(), i);
  }
  directory_.write("revocations", lines);
  for (const char* user : {"ada", "bob"}) {
    start();
    if (HasFatalFailure()) return;
    EXPECT_EQ(post(fmt::format("/v1/users/{}/disconnect", user), R"({"revoke":true})").status(),
              204);
    server_.reset();
  }
  start();
  for (const char* user : {"user-00000000-0000-4000-8000-000000000000",
                           "user-00000000-0000-4000-8000-000000099999", "ada", "bob"}) {
    net::Peer refused = client(token({.user = user}));
    EXPECT_EQ(transport::read_frame(refused).close_code(), 4401) << user;
  }
}

// It said that revocations were lost, let everybody in, and overwrote them.
TEST_F(ServerTest, DoesNotStartWithoutItsRevocations) {
  directory_.write("revocations", "1 ada\nsoon bob\n");
  Server server(Node::make(config_, secrets_).value());
  const auto opened = server.open();
  ASSERT_FALSE(opened.has_value());
  EXPECT_THAT(opened.error(), AllOf(HasSubstr("revocations:2: "), HasSubstr("does not start")));
}

TEST_F(ServerTest, ARevocationIsOnDiskWhenItIsAnswered) {
  start();
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(post(fmt::format("/v1/users/{}/disconnect", i), R"({"revoke":true})").status(), 204);
    EXPECT_EQ(RevocationFile(directory_.file("revocations")).read().value().users.size(),
              static_cast<std::size_t>(i) + 1);
  }
}

// They were behind `reconnect`, so after the connection's end, when both came in one turn.
TEST_F(ServerTest, WhatWasPublishedBeforeAStopReachesItsSubscribersBeforeTheyAreSentAway) {
  config_.workers = 1;
  start();
  net::Peer peer = client();
  message(peer);
  subscribe(peer, "dogs");
  Worker& worker = *server_->workers().front();
  worker.loop().post([&worker] {
    broker::PublishRequest request;
    request.channel = "dogs";
    request.content = broker::EventBytes("e", "1");
    worker.broker().publish(std::move(request),
                            [](const auto& position) { EXPECT_TRUE(position.has_value()); });
    worker.drain(milliseconds(1));
  });
  EXPECT_THAT(message(peer), StartsWith(R"({"type":"event")"));
  EXPECT_THAT(message(peer), StartsWith(R"({"type":"reconnect")"));
}

TEST_F(ServerTest, StopsAlthoughAClientDoesNotGo) {
  config_.shutdown.timeout = milliseconds(50);
  start();
  net::Peer peer = client();
  message(peer);
  subscribe(peer, "dogs");
  net::Peer idle = connect();
  idle.send(transport::get("/healthz"));
  EXPECT_EQ(transport::read_answer(idle).body, "ok\n");
  stop();
  EXPECT_THAT(message(peer), StartsWith(R"({"type":"reconnect")"));
  EXPECT_EQ(idle.receive_all(), "");
}

// Clients that were still there when the server went used a hub that was gone already.
TEST_F(ServerTest, GoesAwayUnderItsClients) {
  start();
  std::vector<net::Peer> peers;
  for (int i = 0; i < 8; ++i) {
    peers.push_back(
        client(token({.user = "ada", .grants = {{{"*", auth::bit_of(auth::Action::subscribe)}}}})));
    message(peers.back());
    subscribe(peers.back(), "presence-room");
    subscribe(peers.back(), "dogs");
  }
  server_.reset();
}

}  // namespace
}  // namespace river::server
