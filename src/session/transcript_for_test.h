// For tests: protocol transcripts. A line is what one party does; a client without a name is `it`.
//
//   ada opens                   a client connects; it has to hear the welcome
//   ada is in                   the same, and shows the token $ada; what it hears is skipped
//   ada streams                 as `is in`, but it can't send (Server-Sent Events)
//   ada > {"type":"ping"}       it sends
//   ada < {"type":"pong"}       it was told this, next
//   ada x 4408 no answer        … and this was the end
//   ada takes dogs              a stream subscribes
//   ada pongs                   a control frame of the WebSocket comes
//   ada drains 500ms            the server is leaving
//   ada breaks                  the connection is gone
//   + 25s    + 100ms            time passes
//   * publish dogs new {"a":1}  a backend publishes; `* publish … not $connection` excludes one
//   * user ada hello 1          … to a user; `* disconnect ada`; `* revoke ada 1700000000`
//   * hold    * answer          the broker's answers wait; come
//   * fail    * work            the broker is away; is back
//
// Before each line that is not `<` or `x` everything that was told must have been expected: so a
// message too many fails as one too few does. A line that ends in `\` goes on in the next. For
// `$name` see Placeholders.
#pragma once

#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include "base/trim.h"
#include "session/placeholders_for_test.h"
#include "session/world_for_test.h"

namespace river::session {

class Transcript : public testing::Test {
 protected:
  Transcript() {
    for (const char* user : {"ada", "bob", "it"}) names.set(user, World::sign({.user = user}));
  }

  void play(std::string_view script) {
    int line = 0;
    std::string text;
    while (!script.empty()) {
      const std::size_t end = std::min(script.find('\n'), script.size());
      text += trimmed(script.substr(0, end));
      script.remove_prefix(std::min(end + 1, script.size()));
      ++line;
      if (text.empty()) continue;
      if (text.back() == '\\') {
        text.pop_back();
        continue;
      }
      const testing::ScopedTrace trace(__FILE__, __LINE__,
                                       fmt::format("line {} of the script: {}", line, text));
      play_line(std::exchange(text, {}));
      if (HasFatalFailure()) return;
    }
    expect_nothing_more();
  }

  // A token with grants, under that name.
  void grant(std::string_view name, std::string_view user, std::vector<auth::Grant> grants,
             std::string_view info = {}) {
    auth::TokenRequest request{.user = std::string(user), .info = std::string(info)};
    request.grants = std::move(grants);
    names.set(name, World::sign(request));
  }

  static std::int64_t number(std::string_view text) {
    std::int64_t result = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), result);
    EXPECT_TRUE(error == std::errc() && end == text.data() + text.size()) << text;
    return result;
  }

  [[nodiscard]] Client& client(std::string_view name) { return world.clients.find(name)->second; }

  World world;
  Placeholders names;

 private:
  static std::string_view take_word(std::string_view& text) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return word;
  }

  static bool is_verb(std::string_view word) {
    constexpr std::string_view verbs = " > < x + * opens is streams takes pongs drains breaks ";
    return verbs.find(fmt::format(" {} ", word)) != std::string_view::npos;
  }

  static milliseconds duration(std::string_view text) {
    if (text.ends_with("ms")) return milliseconds(number(text.substr(0, text.size() - 2)));
    EXPECT_TRUE(text.ends_with("s")) << text;
    return seconds(number(text.substr(0, text.size() - 1)));
  }

  void play_line(std::string_view text) {
    std::string_view rest = text;
    std::string_view who = "it";
    std::string_view what = take_word(rest);
    if (!is_verb(what)) {
      who = what;
      what = take_word(rest);
    }
    if (what == "<") return expect(who, rest);
    if (what == "x") return expect(who, fmt::format("close {}", rest));
    expect_nothing_more();
    if (what == "+") return world.advance(duration(rest));
    what == "*" ? act(rest) : act(who, what, rest);
    world.advance(milliseconds(0));
  }

  // The world.
  void act(std::string_view text) {
    const std::string_view what = take_word(text);
    if (what == "hold") return world.broker.hold();
    if (what == "answer") return world.broker.let_go();
    if (what == "fail") return world.broker.fail(broker::BrokerError::unavailable);
    if (what == "close") return world.broker.close();
    if (what == "work") return world.broker.fail({});
    if (what == "publish") return publish(text);
    using Kind = broker::UserCommand::Kind;
    broker::UserCommand command;
    command.user = take_word(text);
    if (what == "user") {
      const std::string_view event = take_word(text);
      command.content = broker::EventBytes(event, text);
    } else if (what == "disconnect") {
      command.kind = Kind::disconnect;
    } else if (what == "revoke") {
      command.kind = Kind::revoke;
      command.at = number(text);
    } else {
      FAIL() << "no such line: " << what;
    }
    world.broker.tell_user(std::move(command), [](auto) {});
  }

  void publish(std::string_view text) {
    broker::PublishRequest request;
    request.channel = take_word(text);
    const std::string_view event = take_word(text);
    if (const std::size_t place = text.find(" not "); place != std::string_view::npos) {
      request.exclude = parse_connection_id(names.fill(text.substr(place + 5)));
      ASSERT_NE(request.exclude, 0U);
      text = text.substr(0, place);
    }
    request.content = broker::EventBytes(event, text);
    world.broker.publish(std::move(request), [](auto answer) { ASSERT_TRUE(answer.has_value()); });
  }

  // A client.
  void act(std::string_view who, std::string_view what, std::string_view text) {
    if (what == "opens") return open(who, Session::Direction::both);
    if (what == "is" || what == "streams") {
      open(who, what == "is" ? Session::Direction::both : Session::Direction::to_client);
      session(who).authenticate(names.fill(fmt::format("${}", who)), world.now());
      return client(who).told.clear();
    }
    if (what == "breaks") return client(who).session.reset();
    if (what == "pongs") return session(who).on_control_frame(world.now());
    if (what == "drains") return session(who).drain(duration(text));
    if (what == "takes") return session(who).execute(protocol::Subscribe{{}, text});
    ASSERT_EQ(what, ">") << "no such line";
    session(who).on_message(names.fill(text), world.now());
  }

  void open(std::string_view who, Session::Direction direction) {
    world.clients.erase(std::string(who));
    world.clients.try_emplace(std::string(who), world.context, direction, world.now());
    session(who).welcome();
  }

  Session& session(std::string_view who) { return *client(who).session; }

  void expect(std::string_view who, std::string_view pattern) {
    auto& told = client(who).told;
    ASSERT_FALSE(told.empty()) << who << " was told nothing more";
    EXPECT_TRUE(names.match(pattern, told.front())) << who << " was told:\n  " << told.front();
    told.pop_front();
  }

  void expect_nothing_more() {
    for (auto& [name, one] : world.clients) {
      for (const std::string& line : one.told) ADD_FAILURE() << name << " was also told: " << line;
      one.told.clear();
    }
  }
};

}  // namespace river::session
