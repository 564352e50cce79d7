// For tests of sessions: all that a session needs but a socket: a memory broker, a hub, a clock
// that stands still, and clients that write down what they are told.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "auth/token_signer.h"
#include "auth/verification_key.h"
#include "broker/memory/memory_broker.h"
#include "broker/memory/simulated_network_for_test.h"
#include "hub/hub.h"
#include "protocol/events.h"
#include "session/holding_broker_for_test.h"
#include "session/session.h"

namespace river::session {

// A line of JSON an event.
class LinesDialect final : public hub::Dialect {
 public:
  SharedBytes events(std::string_view channel, Epoch /*epoch*/,
                     std::span<const broker::Publication> events) override {
    std::string out;
    for (const broker::Publication& event : events) {
      protocol::append_event(out,
                             {channel, event.content.event(), event.content.data(), event.offset});
      out += '\n';
    }
    return SharedBytes(out);
  }
  SharedBytes presence(std::string_view channel, const broker::PresenceChange& change) override {
    std::vector<protocol::Member> joined;
    for (const broker::Member& member : change.joined) joined.push_back({member.user, member.info});
    const std::vector<std::string_view> left(change.left.begin(), change.left.end());
    std::string out;
    protocol::append_presence(out, {channel, joined, left, change.member_count});
    return SharedBytes(out + '\n');
  }
  SharedBytes user_event(const broker::EventBytes& content) override {
    std::string out;
    protocol::append_event(out, {{}, content.event(), content.data(), {}});
    return SharedBytes(out + '\n');
  }
};

// One client: its session, and what it was told and has not looked at yet, line by line.
class Client final : public SessionOutput {
 public:
  Client(SessionContext& context, Session::Direction direction, TimePoint now)
      : session(std::make_unique<Session>(context, *this, 0, direction, now)) {}

  void send_message(std::string_view json) override { say(std::string(json)); }
  void send_chunk(const SharedBytes& chunk) override {
    std::string_view lines = chunk.view();
    while (!lines.empty()) {
      const std::size_t end = lines.find('\n');
      say(std::string(lines.substr(0, end)));
      lines.remove_prefix(end + 1);
    }
  }
  void end(protocol::CloseCode code, std::string_view reason) override {
    say(fmt::format("close {} {}", static_cast<int>(code), reason));
    ended = true;
  }
  void note_bad_token() override { ++bad_tokens; }
  [[nodiscard]] std::size_t queued_bytes() const override { return queued; }

  std::deque<std::string> told;
  int bad_tokens = 0;
  std::size_t queued = 0;  // waits to be sent
  bool ended = false;
  std::unique_ptr<Session> session;  // null: the connection is gone

 private:
  void say(std::string line) {
    EXPECT_FALSE(ended) << "said after the end: " << line;
    told.push_back(std::move(line));
  }
};

class World {
 public:
  static constexpr std::string_view secret = "0123456789abcdef0123456789abcdef";

  World() {
    memory_.connect({&memory_}, hub);
    hub.set_dialect(0, std::make_unique<LinesDialect>());
  }

  // Time passes, what comes due happens, and the turn ends.
  void advance(milliseconds by) {
    network_.advance(by);
    for (auto& [name, client] : clients) {
      if (client.session != nullptr) client.session->on_timer(now());
    }
    network_.advance(milliseconds(0));
    hub.flush();
  }
  [[nodiscard]] TimePoint now() const { return network_.now().steady; }

  [[nodiscard]] UnixSeconds unix_now() const { return network_.now().unix_milliseconds / 1000; }

  [[nodiscard]] static std::string sign(const auth::TokenRequest& request) {
    return auth::sign_token(request, secret);
  }
  [[nodiscard]] std::uint64_t failures(AuthFailure failure) const {
    return metrics.auth_failures[static_cast<std::size_t>(failure)].value();
  }
  [[nodiscard]] std::uint64_t closes(CloseCause cause) const {
    return metrics.closes[static_cast<std::size_t>(cause)].value();
  }

  // Set before the first client comes.
  SessionSettings settings;
  broker::HomeSettings home;
  ChannelRules rules;

  Metrics metrics;
  Quota connections_per_user;

 private:
  static auth::TokenVerifier make_verifier() {
    std::vector<auth::VerificationKey> keys;
    keys.push_back(auth::VerificationKey::from_secret(secret).value());
    return auth::TokenVerifier(std::move(keys));
  }

  broker::SimulatedNetwork network_{1};
  broker::MemoryBroker memory_{0, network_.courier(0), home, rules, metrics};
  auth::TokenVerifier verifier_ = make_verifier();

 public:
  HoldingBroker broker{memory_};
  hub::Hub hub{broker, rules, metrics};
  SessionContext context{hub,       settings,
                         verifier_, connections_per_user,
                         metrics,   protocol::CommandParser(),
                         {},        [this] { return unix_now(); }};
  std::map<std::string, Client, std::less<>> clients;
};

}  // namespace river::session
