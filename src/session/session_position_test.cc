// From where a client may resume, and until when its token lets it stay.
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/token_signer.h"
#include "session/session.h"

namespace river::session {
namespace {

using testing::ElementsAre;

constexpr std::string_view secret = "a secret of 32 bytes or a bit more";

// A channel with one event at offset 1, and answers in the same turn.
class OneEventBroker final : public broker::Broker {
 public:
  void snapshot(std::string, broker::SnapshotRequest request,
                broker::Answer<broker::Snapshot> answer) override {
    broker::Snapshot snapshot;
    snapshot.position = {7, 1};
    snapshot.recovered = true;
    if (request.since.has_value()) {
      snapshot.events = {{1, broker::EventBytes("event", "{}")}};
    }
    answer(std::move(snapshot));
  }
  void publish(broker::PublishRequest, broker::Answer<Position>) override {}
  void forget(std::string) override {}
  void leave(std::string, std::string, ConnectionId) override {}
  void history(std::string, std::optional<Offset>, std::size_t,
               broker::Answer<broker::HistoryPage>) override {}
  void members(std::string, std::string, std::size_t, broker::Answer<broker::MemberPage>) override {
  }
  void channels(std::string, std::string, std::size_t,
                broker::Answer<broker::ChannelPage>) override {}
  void channel(std::string, broker::Answer<broker::ChannelDetails>) override {}
  void tell_user(broker::UserCommand, broker::Answer<std::monostate>) override {}
  [[nodiscard]] bool ready() const override { return true; }
};

class PlainDialect final : public hub::Dialect {
 public:
  SharedBytes events(std::string_view, Epoch, std::span<const broker::Publication>) override {
    return SharedBytes("events");
  }
  SharedBytes presence(std::string_view, const broker::PresenceChange&) override { return {}; }
  SharedBytes user_event(const broker::EventBytes&) override { return {}; }
};

struct Output final : SessionOutput {
  void send_message(std::string_view json) override {
    said.push_back(std::string(json.substr(0, json.find(','))));
  }
  void send_chunk(const SharedBytes& chunk) override { said.emplace_back(chunk.view()); }
  void mark_position() override { said.emplace_back("position"); }
  void end(protocol::CloseCode, std::string_view reason) override { said.emplace_back(reason); }
  void note_bad_token() override {}

  std::vector<std::string> said;
};

std::vector<auth::VerificationKey> keys() {
  std::vector<auth::VerificationKey> keys;
  keys.push_back(*auth::VerificationKey::from_secret(secret));
  return keys;
}

class SessionPosition : public testing::Test {
 protected:
  SessionPosition() { hub_.set_dialect(0, std::make_unique<PlainDialect>()); }

  // A session whose token expires in so many seconds.
  Session& authenticated(seconds lifetime) {
    auth::TokenRequest token;
    token.expires = context_.unix_now() + lifetime.count();
    EXPECT_TRUE(session_.authenticate(auth::sign_token(token, secret), now_));
    output_.said.clear();
    return session_;
  }

  const TimePoint now_ = steady_now();
  OneEventBroker broker_;
  ChannelRules rules_;
  Metrics metrics_;
  hub::Hub hub_{broker_, rules_, metrics_};
  SessionSettings settings_;
  auth::TokenVerifier verifier_{keys(), {.leeway = seconds(60)}};
  Quota quota_;
  SessionContext context_{hub_, settings_, verifier_, quota_, metrics_, protocol::CommandParser(),
                          {}};
  Output output_;
  Session session_{context_, output_, 0, Session::Direction::both, now_};
};

// A stream of events told its position before the events that were missed: a connection that broke
// in between lost them.
TEST_F(SessionPosition, IsMarkedAfterTheMissedEvents) {
  protocol::Subscribe command;
  command.channel = "dogs";
  command.since = Position{7, 0};
  authenticated(seconds(3600)).execute(command);
  EXPECT_THAT(output_.said, ElementsAre(R"({"type":"subscribed")", "events", "position"));
}

TEST_F(SessionPosition, IsMarkedWhereNothingWasMissed) {
  protocol::Subscribe command;
  command.channel = "dogs";
  authenticated(seconds(3600)).execute(command);
  EXPECT_THAT(output_.said, ElementsAre(R"({"type":"subscribed")", "position"));
}

// A token that was let in by auth.leeway was ended at the next tick of the clock.
TEST_F(SessionPosition, LeewayLetsTheConnectionStay) {
  Session& session = authenticated(seconds(-10));
  session.on_timer(now_ + seconds(20));
  EXPECT_EQ(session.state(), Session::State::authenticated);
  session.on_timer(now_ + seconds(60));
  EXPECT_THAT(output_.said, ElementsAre("the token has expired"));
}

}  // namespace
}  // namespace river::session
