#include "transport/dialects.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "session/world_for_test.h"

namespace river::transport {
namespace {

class DialectsTest : public testing::Test {
 protected:
  static constexpr std::size_t deflate_bytes_min = 200;

  DialectsTest() { set_dialects(world_.hub, deflater_, deflate_bytes_min); }

  [[nodiscard]] std::string events(hub::DialectIndex dialect,
                                   const std::vector<broker::Publication>& events) {
    return std::string(world_.hub.dialect(dialect).events("dogs", 7, events).view());
  }
  static broker::Publication publication(Offset offset, std::string_view data) {
    broker::Publication result;
    result.offset = offset;
    result.content = broker::EventBytes("new", data);
    return result;
  }
  static std::string json(Offset offset, std::string_view data) {
    return fmt::format(R"({{"type":"event","channel":"dogs","event":"new","data":{},"offset":{}}})",
                       data, offset);
  }

  session::World world_;
  websocket::Deflater deflater_;
  websocket::Inflater inflater_;
  const std::string large_ = '"' + std::string(1000, 'x') + '"';
};

TEST_F(DialectsTest, AnEventIsOneTextFrame) {
  const std::string text = json(1, "{}");
  EXPECT_EQ(events(websocket_dialect, {publication(1, "{}")}),
            "\x81" + std::string(1, static_cast<char>(text.size())) + text);
}

TEST_F(DialectsTest, SeveralEventsAreAsManyFramesInOneChunk) {
  const std::string one = events(websocket_dialect, {publication(1, "{}")});
  const std::string two = events(websocket_dialect, {publication(2, large_)});
  EXPECT_EQ(events(websocket_dialect, {publication(1, "{}"), publication(2, large_)}), one + two);
}

TEST_F(DialectsTest, ALargeEventIsDeflatedToWhatInflatesToTheSame) {
  for (std::uint8_t bits = 9; bits <= 15; ++bits) {
    const std::string frame = events(deflate_dialect(bits), {publication(1, large_)});
    EXPECT_EQ(frame.front(), '\xc1') << "text, compressed";
    ASSERT_LT(frame.size(), 126U);
    EXPECT_EQ(inflater_.inflate(frame.substr(2), 10'000).value(), json(1, large_)) << int{bits};
  }
}

// One client that came and went had half a second a second spent on deflating what it missed.
TEST_F(DialectsTest, WhatOneCatchesUpWithIsNotDeflated) {
  const std::vector<broker::Publication> missed{publication(1, large_), publication(2, large_)};
  for (const hub::DialectIndex dialect : {websocket_dialect, deflate_dialect(15), sse_dialect}) {
    const hub::DialectIndex plain = dialect == sse_dialect ? sse_dialect : websocket_dialect;
    EXPECT_EQ(world_.hub.dialect(dialect).events_for_one("dogs", 7, missed).view(),
              events(plain, missed));
  }
}

TEST_F(DialectsTest, ASmallEventIsNotDeflated) {
  EXPECT_EQ(events(deflate_dialect(15), {publication(1, "{}")}),
            events(websocket_dialect, {publication(1, "{}")}));
}

TEST_F(DialectsTest, WhatDeflatingDoesNotShortenGoesOutAsItIs) {
  std::string noise = "\"";
  std::uint32_t state = 1;
  while (noise.size() < 180) {
    state = state * 1'664'525 + 1'013'904'223;
    noise += static_cast<char>(' ' + 1 + (state >> 16) % 90);
    if (noise.back() == '"' || noise.back() == '\\') noise.pop_back();
  }
  noise += '"';
  ASSERT_GE(json(1, noise).size(), deflate_bytes_min);
  const std::string frame = events(deflate_dialect(15), {publication(1, noise)});
  const bool compressed = frame.front() == '\xc1';
  if (compressed) {
    EXPECT_LT(frame.size(), events(websocket_dialect, {publication(1, noise)}).size());
  } else {
    EXPECT_EQ(frame, events(websocket_dialect, {publication(1, noise)}));
  }
}

TEST_F(DialectsTest, SmallAndLargeEventsShareAChunk) {
  const std::string small = events(websocket_dialect, {publication(1, "{}")});
  const std::string large = events(deflate_dialect(12), {publication(2, large_)});
  EXPECT_EQ(events(deflate_dialect(12), {publication(1, "{}"), publication(2, large_)}),
            small + large);
}

TEST_F(DialectsTest, AStreamHasABlockAnEventWithoutAnId) {
  EXPECT_EQ(events(sse_dialect, {publication(1, "{}"), publication(2, "1")}),
            "data: " + json(1, "{}") + "\n\ndata: " + json(2, "1") + "\n\n");
}

TEST_F(DialectsTest, DataKeepsItsBytesButNoLineOfAStreamCanBeForged) {
  EXPECT_EQ(events(sse_dialect, {publication(1, "{\n\"id\": 1}")}),
            "data: {\"type\":\"event\",\"channel\":\"dogs\",\"event\":\"new\",\"data\":{\n"
            "data: \"id\": 1},\"offset\":1}\n\n");
}

TEST_F(DialectsTest, PresenceAndEventsOfAUserAreMessagesToo) {
  broker::PresenceChange change;
  change.joined = {{"ada", R"({"name":"Ada"})"}, {"bob", ""}};
  change.left = {"cleo"};
  change.member_count = 2;
  EXPECT_EQ(
      world_.hub.dialect(sse_dialect).presence("presence-room", change).view(),
      "data: {\"type\":\"presence\",\"channel\":\"presence-room\",\"joined\":[{\"id\":\"ada\","
      "\"info\":{\"name\":\"Ada\"}},{\"id\":\"bob\"}],\"left\":[\"cleo\"],\"member_count\":2}"
      "\n\n");
  EXPECT_EQ(world_.hub.dialect(sse_dialect).user_event(broker::EventBytes("hello", "1")).view(),
            "data: {\"type\":\"event\",\"event\":\"hello\",\"data\":1}\n\n");
  const SharedBytes frame =
      world_.hub.dialect(websocket_dialect).user_event(broker::EventBytes("hello", "1"));
  EXPECT_EQ(frame.view(),
            "\x81\x29"
            R"({"type":"event","event":"hello","data":1})");
}

}  // namespace
}  // namespace river::transport
