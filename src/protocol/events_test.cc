#include "protocol/events.h"

#include <array>
#include <string>

#include <gtest/gtest.h>

#include "protocol/json_document.h"
#include "protocol/json_writer.h"
#include "protocol/sse_events.h"

namespace river::protocol {
namespace {

template <typename Append, typename... Arguments>
std::string written(Append append, const Arguments&... arguments) {
  std::string out;
  append(out, arguments...);
  return out;
}

TEST(Events, Welcome) {
  EXPECT_EQ(written(append_welcome, ConnectionId{0x9f}, seconds(15)),
            R"({"type":"welcome","connection":"c-000000000000009f","auth_timeout":15})");
}

TEST(Events, Authenticated) {
  EXPECT_EQ(written(append_authenticated, AuthenticatedAnswer{1, "u1", seconds(3600), seconds(25)}),
            R"({"type":"authenticated","id":1,"user":"u1","expires_in":3600,"ping_interval":25})");
  EXPECT_EQ(written(append_authenticated, AuthenticatedAnswer{{}, "", {}, seconds(25)}),
            R"({"type":"authenticated","ping_interval":25})");
}

TEST(Events, Subscribed) {
  SubscribedAnswer answer{.id = 2, .channel = "dogs", .position = {0x7f, 43}};
  EXPECT_EQ(written(append_subscribed, answer),
            R"({"type":"subscribed","id":2,"channel":"dogs","epoch":"7f","offset":43})");
  answer.recovered = true;
  EXPECT_EQ(
      written(append_subscribed, answer),
      R"({"type":"subscribed","id":2,"channel":"dogs","epoch":"7f","offset":43,"recovered":true})");
  answer.recovered.reset();
  answer.rewound_to = 41;
  EXPECT_EQ(
      written(append_subscribed, answer),
      R"({"type":"subscribed","id":2,"channel":"dogs","epoch":"7f","offset":43,"rewound_to":41})");
}

TEST(Events, SubscribedToPresenceNamesTheMembers) {
  const std::array members{Member{"u1", R"({"name":"Ada"})"}, Member{"u\"2", ""}};
  SubscribedAnswer answer{.id = 8, .channel = "presence-a", .position = {1, 0}};
  answer.members = members;
  answer.member_count = 2;
  EXPECT_EQ(written(append_subscribed, answer),
            R"({"type":"subscribed","id":8,"channel":"presence-a","epoch":"1","offset":0,)"
            R"("members":[{"id":"u1","info":{"name":"Ada"}},{"id":"u\"2"}],"member_count":2})");
  answer.members = std::span<const Member>();
  answer.member_count = 0;
  EXPECT_TRUE(written(append_subscribed, answer).ends_with(R"("members":[],"member_count":0})"));
}

TEST(Events, EventPassesDataByteForByte) {
  EXPECT_EQ(
      written(append_event, Event{"dogs", "new-post", "{ \"a\" : 1.0 }", 42}),
      R"({"type":"event","channel":"dogs","event":"new-post","data":{ "a" : 1.0 },"offset":42})");
  EXPECT_EQ(written(append_event, Event{"", "hi", "null", {}}),
            R"({"type":"event","event":"hi","data":null})");
}

TEST(Events, PresenceNotice) {
  const std::array joined{Member{"u1", "{}"}};
  const std::array<std::string_view, 2> left{"u2", "u3"};
  EXPECT_EQ(written(append_presence, PresenceNotice{"presence-a", joined, left, 7}),
            R"({"type":"presence","channel":"presence-a","joined":[{"id":"u1","info":{}}],)"
            R"("left":["u2","u3"],"member_count":7})");
}

TEST(Events, Unsubscribed) {
  EXPECT_EQ(written(append_unsubscribed, CommandId{4}, "dogs"),
            R"({"type":"unsubscribed","id":4,"channel":"dogs"})");
  EXPECT_EQ(written(append_unsubscribed_because, "dogs", "forbidden"),
            R"({"type":"unsubscribed","channel":"dogs","reason":"forbidden"})");
}

TEST(Events, Ok) {
  EXPECT_EQ(written(append_ok, CommandId{5}, Position{0x7f, 44}),
            R"({"type":"ok","id":5,"epoch":"7f","offset":44})");
  EXPECT_EQ(written(append_ok, CommandId{5}, std::optional<Position>()), R"({"type":"ok","id":5})");
  EXPECT_EQ(written(append_ok, CommandId{}, std::optional<Position>()), R"({"type":"ok"})");
}

TEST(Events, Error) {
  std::string forbidden;
  append_error(forbidden, 6, ErrorCode::forbidden, "no history on \"dogs\"");
  EXPECT_EQ(forbidden, R"({"type":"error","id":6,"code":4403,"reason":"forbidden",)"
                       R"("message":"no history on \"dogs\"","retry":false})");
  std::string unavailable;
  append_error(unavailable, {}, ErrorCode::unavailable);
  EXPECT_TRUE(unavailable.starts_with(
      R"({"type":"error","code":4503,"reason":"unavailable","message":"the server)"));
  EXPECT_TRUE(unavailable.ends_with(R"("retry":true})"));
}

TEST(Events, History) {
  const std::array events{HistoryEvent{"b", "2", 42, 1'700'000'000},
                          HistoryEvent{"a", "1", 41, {}}};
  EXPECT_EQ(written(append_history, HistoryAnswer{6, "dogs", 0x7f, events, true}),
            R"({"type":"history","id":6,"channel":"dogs","epoch":"7f","events":[)"
            R"({"event":"b","data":2,"offset":42,"time":1700000000},)"
            R"({"event":"a","data":1,"offset":41}],"more":true})");
  EXPECT_EQ(written(append_history, HistoryAnswer{6, "unknown", 0, {}, false}),
            R"({"type":"history","id":6,"channel":"unknown","events":[],"more":false})");
}

TEST(Events, Members) {
  const std::array members{Member{"u1", ""}};
  EXPECT_EQ(written(append_members, MembersAnswer{7, "presence-a", members, 9, "u1"}),
            R"({"type":"members","id":7,"channel":"presence-a","members":[{"id":"u1"}],)"
            R"("member_count":9,"next":"u1"})");
  EXPECT_EQ(written(append_members, MembersAnswer{7, "presence-a", {}, 0, ""}),
            R"({"type":"members","id":7,"channel":"presence-a","members":[],"member_count":0})");
}

TEST(Events, Reconnect) {
  EXPECT_EQ(written(append_reconnect, milliseconds(1830), "draining"),
            R"({"type":"reconnect","after_ms":1830,"reason":"draining"})");
}

TEST(JsonWriter, EscapesSoThatEveryTextComesBack) {
  std::string text;
  for (int c = 0; c < 128; ++c) text.push_back(static_cast<char>(c));
  text += "\xc3\xa9\xe2\x80\xa8\xf0\x9f\x98\x80";
  std::string json;
  append_json_string(json, text);
  JsonDocument document;
  const auto value = document.parse(json);
  ASSERT_TRUE(value);
  EXPECT_EQ(document.text_of(*value), text);
}

TEST(JsonWriter, WritesTheLargestNumber) {
  EXPECT_EQ(written(append_json_number, UINT64_MAX), "18446744073709551615");
}

TEST(SseEvents, WritesData) {
  EXPECT_EQ(written(append_sse_event, "{}"), "data: {}\n\n");
  EXPECT_EQ(written(append_sse_event, ""), "data: \n\n");
}

TEST(SseEvents, NothingInTheDataBecomesAField) {
  EXPECT_EQ(written(append_sse_event, "a\nid: 9\r\nevent: x\rdata: y\n\nz\n"),
            "data: a\ndata: id: 9\ndata: event: x\ndata: data: y\ndata: \ndata: z\n"
            "data: \n\n");
}

}  // namespace
}  // namespace river::protocol
