#include "protocol/command_parser.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/close_codes.h"

namespace river::protocol {
namespace {

using testing::HasSubstr;

class CommandParserTest : public testing::Test {
 protected:
  template <typename Kind>
  Kind parse_as(std::string_view payload) {
    const auto command = parser_.parse(payload);
    if (!command) {
      ADD_FAILURE() << payload << ": " << command.error().message;
      return {};
    }
    const Kind* kind = std::get_if<Kind>(&*command);
    if (kind == nullptr) ADD_FAILURE() << payload << " became another command";
    return kind == nullptr ? Kind{} : *kind;
  }

  CommandError fail(std::string_view payload) {
    const auto command = parser_.parse(payload);
    if (!command) return command.error();
    ADD_FAILURE() << payload.substr(0, 100) << " was taken";
    return {};
  }

  // The message of a violation, which must fit into a close frame.
  std::string violation(std::string_view payload) {
    const CommandError error = fail(payload);
    EXPECT_TRUE(error.violation) << payload.substr(0, 100);
    EXPECT_EQ(error.code, ErrorCode::invalid_message);
    EXPECT_LE(error.message.size(), close_reason_bytes_max) << error.message;
    EXPECT_FALSE(error.message.empty());
    return error.message;
  }

  // The code of an error that is answered, and after which the connection stays.
  ErrorCode refusal(std::string_view payload) {
    const CommandError error = fail(payload);
    EXPECT_FALSE(error.violation) << payload.substr(0, 100);
    EXPECT_EQ(error.id, 9U);
    EXPECT_FALSE(error.message.empty());
    return error.code;
  }

  CommandParser parser_;
};

TEST_F(CommandParserTest, ReadsAuth) {
  const Auth auth = parse_as<Auth>(R"({"type":"auth","id":1,"token":"a.b.c"})");
  EXPECT_EQ(auth.id, 1U);
  EXPECT_EQ(auth.token, "a.b.c");
}

TEST_F(CommandParserTest, ReadsSubscribe) {
  const Subscribe plain = parse_as<Subscribe>(R"({"type":"subscribe","id":0,"channel":"dogs"})");
  EXPECT_EQ(plain.id, 0U);
  EXPECT_EQ(plain.channel, "dogs");
  EXPECT_FALSE(plain.since);
  EXPECT_FALSE(plain.rewind);

  const Subscribe rewound =
      parse_as<Subscribe>(R"({"type":"subscribe","id":3,"channel":"cats","rewind":10})");
  EXPECT_EQ(rewound.rewind, 10U);

  const Subscribe resumed = parse_as<Subscribe>(
      R"({"type":"subscribe","id":2,"channel":"dogs","since":{"epoch":"7f","offset":41}})");
  EXPECT_EQ(resumed.since, (Position{0x7f, 41}));
}

TEST_F(CommandParserTest, TakesAnEpochThatIsNotOfRiversMakingAsNone) {
  const Subscribe command = parse_as<Subscribe>(
      R"({"type":"subscribe","channel":"dogs","since":{"offset":41,"epoch":"not one \u00e9"}})");
  EXPECT_EQ(command.since, (Position{0, 41}));
}

TEST_F(CommandParserTest, ReadsUnsubscribePingAndPong) {
  const auto command =
      parse_as<Unsubscribe>(R"({"type":"unsubscribe","id":9007199254740991,"channel":"a"})");
  EXPECT_EQ(command.id, 9007199254740991U);
  EXPECT_EQ(command.channel, "a");
  parse_as<Ping>(R"({"type":"ping"})");
  parse_as<Pong>(R"({"type":"pong"})");
}

TEST_F(CommandParserTest, HandsOnDataByteForByte) {
  for (const std::string_view data :
       {"{}", "null", "0", "-1.50e+3", "\"\\u0000\\u00e9 \\\\\\\"\"", "[ 1 ,\t{\"a\" : [ ] }\n]",
        "{\"a\":1,\"a\":2}", "\"caf\xc3\xa9\"", "true", "\"}{\""}) {
    const std::string payload =
        R"({ "type":"publish", "data": )" + std::string(data) +
        R"( , "channel":"room","event":"typing","id":5,"publication_id":"p1"})";
    const Publish command = parse_as<Publish>(payload);
    EXPECT_EQ(command.data, data);
    EXPECT_EQ(command.channel, "room");
    EXPECT_EQ(command.event, "typing");
    EXPECT_EQ(command.publication_id, "p1");
    EXPECT_EQ(command.id, 5U);
  }
}

TEST_F(CommandParserTest, ReadsHistory) {
  const History plain = parse_as<History>(R"({"type":"history","id":6,"channel":"dogs"})");
  EXPECT_EQ(plain.limit, limits::history_page_default);
  EXPECT_FALSE(plain.before);
  const History page =
      parse_as<History>(R"({"type":"history","id":6,"channel":"dogs","limit":50,"before":41})");
  EXPECT_EQ(page.limit, 50U);
  EXPECT_EQ(page.before, 41U);
}

TEST_F(CommandParserTest, ReadsPresence) {
  const Presence plain = parse_as<Presence>(R"({"type":"presence","channel":"presence-a"})");
  EXPECT_FALSE(plain.id);
  EXPECT_EQ(plain.limit, limits::members_listed_max);
  EXPECT_EQ(plain.after, "");
  const Presence page =
      parse_as<Presence>(R"({"type":"presence","channel":"presence-a","limit":2,"after":"u\"1"})");
  EXPECT_EQ(page.limit, 2U);
  EXPECT_EQ(page.after, "u\"1");
}

TEST_F(CommandParserTest, IgnoresUnknownKeysAndForgedServerFields) {
  const Publish command = parse_as<Publish>(
      R"({"type":"publish","channel":"a","event":"e","data":1,"user":"admin","offset":7,)"
      R"("timestamp":1,"user":"root","__proto__":{}})");
  EXPECT_EQ(command.data, "1");
}

TEST_F(CommandParserTest, TakesNamesThatMeanSomethingElsewhere) {
  const Publish command = parse_as<Publish>(
      R"({"type":"publish","channel":"constructor","event":"toString","data":1})");
  EXPECT_EQ(command.event, "toString");
}

TEST_F(CommandParserTest, ClosesOnWhatIsNotAJsonObject) {
  for (const std::string_view payload :
       {"", "null", "[null]", "1", "\"x\"", "[]", "{", "{}}", "true", "nonsense",
        R"(51-["hello",{"_placeholder":true,"num":"splice"}])", R"(5999999999-["x"])",
        "{\"type\":\"ping\",\"x\":\"\\ud800\"}", "{\"type\":\"ping\",\"x\":\"\xff\"}",
        "{\"type\":\"ping\",\"x\":1e999999}", "\xef\xbb\xbf{\"type\":\"ping\"}"}) {
    violation(payload);
  }
  EXPECT_THAT(violation("[null]"), HasSubstr("object"));
}

TEST_F(CommandParserTest, ClosesOnDepthBombs) {
  violation(std::string(200'000, '['));
  EXPECT_THAT(violation(std::string(65, '[') + "1" + std::string(65, ']')), HasSubstr("deep"));
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += R"({"a":)";
  violation(objects);
}

TEST_F(CommandParserTest, ClosesOnAMissingOrUnknownType) {
  EXPECT_THAT(violation(R"({"commands":[null]})"), HasSubstr("\"type\" is missing"));
  EXPECT_THAT(violation(R"({"id":1})"), HasSubstr("\"type\" is missing"));
  EXPECT_THAT(violation(R"({"type":"shout"})"), HasSubstr("must be auth"));
  EXPECT_THAT(violation(R"({"type":"ping\u0000"})"), HasSubstr("must be auth"));
  EXPECT_THAT(violation(R"({"type":"Ping"})"), HasSubstr("must be auth"));
}

TEST_F(CommandParserTest, ClosesOnWrongTypes) {
  for (const std::string_view payload :
       {R"({"type":1})", R"({"type":null})", R"({"type":["ping"]})", R"({"type":"auth","token":1})",
        R"({"type":"auth"})", R"({"type":"subscribe","channel":["a"]})", R"({"type":"subscribe"})",
        R"({"type":"subscribe","channel":"a","since":41})",
        R"({"type":"subscribe","channel":"a","since":{"epoch":1,"offset":41}})",
        R"({"type":"subscribe","channel":"a","since":{"epoch":"a"}})",
        R"({"type":"subscribe","channel":"a","since":{"epoch":"a","offset":1,"epoch":"b"}})",
        R"({"type":"subscribe","channel":"a","since":null})",
        R"({"type":"subscribe","channel":"a","rewind":"10"})",
        R"({"type":"publish","channel":"a","event":{},"data":1})",
        R"({"type":"publish","channel":"a","event":"e"})",
        R"({"type":"publish","channel":"a","event":"e","data":1,"publication_id":1})",
        R"({"type":"history","channel":"a","limit":"all"})",
        R"({"type":"history","channel":"a","before":[]})",
        R"({"type":"presence","channel":"a","after":0})"}) {
    violation(payload);
  }
}

TEST_F(CommandParserTest, ClosesOnAnIdThatCannotBeAnswered) {
  for (const std::string_view id :
       {"-1", "1.5", "1e3", "9007199254740992", "\"1\"", "null", "{}", "true"}) {
    EXPECT_THAT(violation(R"({"type":"ping","id":)" + std::string(id) + "}"), HasSubstr("\"id\""));
  }
}

TEST_F(CommandParserTest, ClosesOnAKnownKeyThatIsGivenTwice) {
  EXPECT_EQ(violation(R"({"type":"ping","type":"ping"})"), "\"type\" is given twice");
  EXPECT_EQ(violation(R"({"type":"subscribe","channel":"a","channel":"private-b"})"),
            "\"channel\" is given twice");
  EXPECT_EQ(violation(R"({"type":"subscribe","channel":"a","\u0063hannel":"private-b"})"),
            "\"channel\" is given twice");
}

TEST_F(CommandParserTest, AnswersBadChannelNames) {
  const std::string before = R"({"id":9,"type":"subscribe","channel":")";
  for (const std::string& name :
       {std::string(), std::string(200'000, 'a'), std::string(201, 'a'), std::string("a*"),
        std::string("a>"), std::string("$sys"), std::string(R"(a\u0000)"), std::string(R"(a\r\n)"),
        std::string("caf\xc3\xa9"), std::string("cafe\xcc\x81"), std::string("a b")}) {
    EXPECT_EQ(refusal(before + name + "\"}"), ErrorCode::invalid_channel) << name.substr(0, 20);
  }
}

TEST_F(CommandParserTest, AnswersBadEventNames) {
  const std::string before = R"({"id":9,"type":"publish","channel":"a","data":1,"event":")";
  for (const std::string& name : {std::string(), std::string(201, 'a'), std::string("river:x"),
                                  std::string(R"(a\u0000)"), std::string(R"(a\n)")}) {
    EXPECT_EQ(refusal(before + name + "\"}"), ErrorCode::invalid_event) << name.substr(0, 20);
  }
}

TEST_F(CommandParserTest, AnswersValuesOutOfRange) {
  for (const std::string_view fields :
       {R"("type":"subscribe","rewind":0)", R"("type":"subscribe","rewind":1001)",
        R"("type":"subscribe","rewind":-1)", R"("type":"subscribe","rewind":1.5)",
        R"("type":"subscribe","rewind":4294967297)",
        R"("type":"subscribe","since":{"epoch":"a","offset":-1})",
        R"("type":"subscribe","since":{"epoch":"a","offset":18446744073709551615})",
        R"("type":"subscribe","since":{"epoch":"a123456789012345678901234567890123","offset":1})",
        R"("type":"subscribe","rewind":1,"since":{"epoch":"a","offset":1})",
        R"("type":"history","limit":0)", R"("type":"history","limit":1001)",
        R"("type":"history","before":-5)", R"("type":"presence","limit":1001)",
        R"("type":"publish","event":"e","data":1,"publication_id":"")",
        R"("type":"publish","event":"e","data":1,"publication_id":)"
        R"("12345678901234567890123456789012345678901234567890123456789012345")"}) {
    EXPECT_EQ(refusal(R"({"id":9,"channel":"a",)" + std::string(fields) + "}"),
              ErrorCode::invalid_value)
        << fields;
  }
}

TEST_F(CommandParserTest, TakesDataUpToItsLimitAndAnswersMore) {
  CommandParser small(10);
  const std::string before = R"({"id":9,"type":"publish","channel":"a","event":"e","data":)";
  EXPECT_TRUE(small.parse(before + "\"12345678\"}"));
  const auto error = small.parse(before + "\"123456789\"}").error();
  EXPECT_FALSE(error.violation);
  EXPECT_EQ(error.id, 9U);
  EXPECT_EQ(error.code, ErrorCode::data_too_large);
  EXPECT_EQ(error.message, "\"data\" has 11 bytes, at most 10 are taken");
}

TEST_F(CommandParserTest, SaysWhichFaultCameFirst) {
  EXPECT_EQ(refusal(R"({"id":9,"type":"publish","channel":"*","event":"","data":1})"),
            ErrorCode::invalid_channel);
}

TEST_F(CommandParserTest, IsUsableAfterAnError) {
  violation("{");
  parse_as<Ping>(R"({"type":"ping"})");
}

}  // namespace
}  // namespace river::protocol
