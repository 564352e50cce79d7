#include "api/api_for_test.h"

namespace river::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ApiPublish : public ApiFixture {};

TEST_F(ApiPublish, TheShortFormAnswersWithNothing) {
  const auto answer =
      ask("POST /publish", R"({"channel":"dogs","eventName":"new","data":{"a": 1}})");
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 204);
  EXPECT_EQ(answer->body, "");
  EXPECT_THAT(broker_.notes, ElementsAre(R"(publish dogs new {"a": 1})"));
}

TEST_F(ApiPublish, AnswersWithThePosition) {
  EXPECT_THAT(ask("POST /v1/publish", R"({"channel":"dogs","event":"new","data":1,"id":"p1",)"
                                      R"("exclude":"c-00000000000000ff"})"),
              is_json(R"({"results":[{"channel":"dogs","epoch":"e","offset":1}]})"));
  EXPECT_THAT(broker_.notes, ElementsAre("publish dogs new 1 id not c-00000000000000ff"));
}

TEST_F(ApiPublish, PublishesToSeveralChannels) {
  EXPECT_THAT(ask("POST /v1/publish", R"({"channels":["dogs","cats"],"event":"new","data":1})"),
              is_json(R"({"results":[{"channel":"dogs","epoch":"e","offset":1},)"
                      R"({"channel":"cats","epoch":"e","offset":2}]})"));
}

TEST_F(ApiPublish, AnswersOnceAllAnswersAreThereInTheOrderOfTheRequest) {
  broker_.hold();
  EXPECT_EQ(ask("POST /v1/publish", R"({"channels":["a","b","c"],"event":"new","data":1})"),
            std::nullopt);
  broker_.answer(2);
  broker_.answer(0);
  EXPECT_EQ(answered(), std::nullopt);
  broker_.answer(1);
  EXPECT_THAT(answered(), is_json(R"({"results":[{"channel":"a","epoch":"e","offset":1},)"
                                  R"({"channel":"b","epoch":"e","offset":2},)"
                                  R"({"channel":"c","epoch":"e","offset":3}]})"));
}

TEST_F(ApiPublish, ABatchHasAnAnswerAMessage) {
  EXPECT_THAT(
      ask("POST /v1/publish/batch", R"({"messages":[{"channel":"a","event":"new","data":1},)"
                                    R"({"channel":"two words","event":"new","data":1},)"
                                    R"({"channels":["b","c"],"event":"new","data":2}]})"),
      testing::Optional(testing::Field(
          &http::Response::body,
          testing::AllOf(
              testing::StartsWith(R"({"results":[{"channel":"a","epoch":"e","offset":1},)"
                                  R"({"error":{"code":"invalid_channel",)"),
              testing::EndsWith(R"(,{"results":[{"channel":"b","epoch":"e","offset":2},)"
                                R"({"channel":"c","epoch":"e","offset":3}]}]})")))));
}

// Symptom: an event of 64 KiB for 100 channels closed every client that was subscribed to them all,
// however fast it read: 6.4 MiB were put into its outbox in one turn.
TEST_F(ApiPublish, PublishesALargeRequestOverSeveralTurns) {
  waits_for_turns_ = true;
  std::string channels;
  for (int i = 10; i < 30; ++i) channels += fmt::format(R"({}"c-{}")", i > 10 ? "," : "", i);
  const std::string data = '"' + std::string(30'000, 'x') + '"';
  EXPECT_EQ(ask("POST /v1/publish",
                fmt::format(R"({{"channels":[{}],"event":"e","data":{}}})", channels, data)),
            std::nullopt);
  EXPECT_THAT(broker_.notes, IsEmpty()) << "other requests may be in this turn";
  std::size_t turns = 0;
  while (end_turn()) {
    EXPECT_LE(broker_.notes.size(), 4 * ++turns) << "as much as 128 KiB hold";
  }
  ASSERT_EQ(broker_.notes.size(), 20U);
  EXPECT_EQ(turns, 5U);
  for (std::size_t i = 0; i < 20; ++i) {
    EXPECT_THAT(broker_.notes[i], testing::StartsWith(fmt::format("publish c-{} ", 10 + i)));
  }
  ASSERT_TRUE(answered().has_value());
  EXPECT_THAT(answered()->body, HasSubstr(R"({"channel":"c-29","epoch":"e","offset":20}]})"));
}

// Symptom: 6.4 MiB were gone in 3 ms, turns or not, and a client at the same machine was closed for
// not having read them by then.
TEST_F(ApiPublish, PublishesNoMoreThanMayWaitForAClientWithoutAPause) {
  settings_.burst_bytes_max = 300'000;
  waits_for_turns_ = true;
  const std::string data = '"' + std::string(60'000, 'x') + '"';
  const auto channels = R"(["a","b","c","d","e","f","g","h","i","j"])";
  ask("POST /v1/publish",
      fmt::format(R"({{"channels":{},"event":"e","data":{}}})", channels, data));
  std::vector<std::size_t> published;
  std::vector<std::int64_t> paused;
  while (end_turn()) {
    published.push_back(broker_.notes.size());
    paused.push_back(paused_.count());
  }
  EXPECT_THAT(published, ElementsAre(2, 4, 6, 8, 10));
  EXPECT_THAT(paused, ElementsAre(0, 0, 10, 20, 20)) << "before the next slice";
}

// A stopping server waited for what it was to refuse, ten milliseconds a slice.
TEST_F(ApiPublish, PausesForNobodyOnceTheBrokerIsClosed) {
  settings_.burst_bytes_max = 100'000;
  waits_for_turns_ = true;
  const std::string data = '"' + std::string(60'000, 'x') + '"';
  ask("POST /v1/publish",
      fmt::format(R"({{"channels":["a","b","c","d","e","f"],"event":"e","data":{}}})", data));
  EXPECT_TRUE(end_turn());
  EXPECT_EQ(paused_.count(), 10);
  broker_.is_ready = false;
  while (end_turn()) continue;
  EXPECT_EQ(paused_.count(), 10);
  EXPECT_TRUE(answered().has_value());
}

TEST_F(ApiPublish, ABatchIsPublishedOverSeveralTurnsToo) {
  waits_for_turns_ = true;
  const std::string data = '"' + std::string(60'000, 'x') + '"';
  std::string messages;
  for (int i = 0; i < 3; ++i) {
    messages +=
        fmt::format(R"({}{{"channel":"c-{}","event":"e","data":{}}})", i > 0 ? "," : "", i, data);
  }
  EXPECT_EQ(ask("POST /v1/publish/batch", fmt::format(R"({{"messages":[{}]}})", messages)),
            std::nullopt);
  EXPECT_TRUE(end_turn());
  EXPECT_EQ(broker_.notes.size(), 2U);
  EXPECT_EQ(answered(), std::nullopt);
  EXPECT_TRUE(end_turn());
  EXPECT_EQ(broker_.notes.size(), 3U);
  EXPECT_TRUE(answered().has_value());
}

TEST_F(ApiPublish, ABatchOfFaultsIsAnsweredAtOnce) {
  broker_.hold();
  const auto answer = ask("POST /v1/publish/batch",
                          R"({"messages":[{"channel":"two words","event":"new","data":1}]})");
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 200);
  EXPECT_THAT(answer->body, HasSubstr("invalid_channel"));
  EXPECT_THAT(broker_.notes, IsEmpty());
}

TEST_F(ApiPublish, SaysWhatIsWrongWithABody) {
  EXPECT_THAT(ask("POST /publish", "nonsense"), is_error(400, "invalid_json"));
  EXPECT_THAT(ask("POST /v1/publish", R"({"event":"new","data":1})"),
              is_error(400, "missing_field"));
  EXPECT_THAT(ask("POST /v1/publish", R"({"channel":"a","event":"river:x","data":1})"),
              is_error(400, "invalid_event"));
  EXPECT_THAT(ask("POST /v1/publish/batch", R"({"messages":1})"), is_error(400, "invalid_type"));
  EXPECT_THAT(broker_.notes, IsEmpty());
}

TEST_F(ApiPublish, SaysThatTheBrokerCouldNot) {
  for (const auto error : {broker::BrokerError::overloaded, broker::BrokerError::unavailable,
                           broker::BrokerError::too_many_channels}) {
    broker_.error = error;
    for (const char* path : {"POST /publish", "POST /v1/publish"}) {
      const auto answer = ask(path, R"({"channel":"a","eventName":"e","event":"e","data":1})");
      EXPECT_THAT(answer, is_error(503, "unavailable"));
      EXPECT_EQ(header(*answer, "Retry-After"), "1");
    }
  }
  const auto several = ask("POST /v1/publish", R"({"channels":["a","b"],"event":"e","data":1})");
  ASSERT_TRUE(several.has_value());
  EXPECT_EQ(several->status, 200) << "some could have been published";
  EXPECT_THAT(several->body, HasSubstr(R"({"results":[{"error":{"code":"unavailable")"));
}

TEST_F(ApiPublish, TakesJsonAndNothingElse) {
  const std::string body = R"({"channel":"a","eventName":"e","data":1})";
  for (const char* type : {"application/json", "application/json; charset=utf-8",
                           "Application/JSON", "application/x-www-form-urlencoded", "text/plain"}) {
    headers_ = {{"x-api-key", key}, {"content-type", type}};
    EXPECT_EQ(ask("POST /publish", body)->status, 204) << type;
  }
  for (const char* type : {"application/xml", "multipart/form-data", ""}) {
    headers_ = {{"x-api-key", key}, {"content-type", type}};
    EXPECT_THAT(ask("POST /publish", body), is_error(415, "unsupported_media")) << type;
  }
  headers_ = {{"x-api-key", key}, {"content-encoding", "gzip"}};
  EXPECT_THAT(ask("POST /publish", body), is_error(415, "unsupported_media"));
}

TEST_F(ApiPublish, PublishesNoFasterThanItMay) {
  settings_.publish_rate = 2;
  const std::string body = R"({"channel":"a","eventName":"e","data":1})";
  EXPECT_EQ(ask("POST /publish", body)->status, 204);
  EXPECT_EQ(ask("POST /publish", body)->status, 204);
  const auto refused = ask("POST /publish", body);
  EXPECT_THAT(refused, is_error(429, "rate_limited"));
  EXPECT_EQ(header(*refused, "Retry-After"), "1");
  now_ += seconds(1);
  EXPECT_EQ(ask("POST /publish", body)->status, 204);
}

class PublishRateTest : public ApiPublish {
 protected:
  static constexpr const char* one = R"({"channel":"a","event":"e","data":1})";
  static constexpr const char* to_user = R"({"event":"e","data":1})";

  PublishRateTest() { settings_.publish_rate = 10; }
  // How many more publications this second has room for.
  int left() {
    int left = 0;
    while (ask("POST /v1/publish", one)->status == 200) ++left;
    return left;
  }
};

// A publication to many channels counted one, a batch one more than it has.
TEST_F(PublishRateTest, CountsEachEventInEachChannel) {
  ask("POST /v1/publish", R"({"channels":["a","b","c"],"event":"e","data":1})");
  EXPECT_EQ(left(), 7);
  now_ += seconds(1);
  ask("POST /v1/publish/batch", R"({"messages":[{"channel":"a","event":"e","data":1},)"
                                R"({"channels":["b","c"],"event":"e","data":2}]})");
  EXPECT_EQ(left(), 7);
  now_ += seconds(1);
  ask("POST /publish", R"({"channel":"a","eventName":"e","data":1})");
  ask("POST /v1/users/ada/publish", to_user);
  EXPECT_EQ(left(), 8);
}

TEST_F(PublishRateTest, WhatIsNotPublishedDoesNotCount) {
  ask("POST /v1/publish", "nonsense");
  ask("POST /publish", "nonsense");
  ask("POST /v1/users/ada/publish", "nonsense");
  ask("POST /v1/users/ada/disconnect");
  ask("POST /v1/publish/batch", R"({"messages":[{"channel":"two words","event":"e","data":1}]})");
  EXPECT_EQ(left(), 10);
}

TEST_F(PublishRateTest, ALargeBatchIsPaidForByTheSecondsAfterIt) {
  std::string messages = one;
  for (int i = 1; i < 25; ++i) messages += fmt::format(",{}", one);
  const std::string batch = fmt::format(R"({{"messages":[{}]}})", messages);
  EXPECT_EQ(ask("POST /v1/publish/batch", batch)->status, 200);
  const auto refused = ask("POST /v1/publish", one);
  EXPECT_THAT(refused, is_error(429, "rate_limited"));
  EXPECT_EQ(header(*refused, "Retry-After"), "2");
  now_ += seconds(1);
  EXPECT_EQ(left(), 0);
  now_ += seconds(1);
  EXPECT_EQ(left(), 5);
  now_ += seconds(100);
  EXPECT_EQ(left(), 10) << "what was not used is not saved";
}

// ── Users ──

TEST_F(ApiPublish, SpeaksToUsers) {
  EXPECT_EQ(ask("POST /v1/users/ada%20l/publish", R"({"event":"hello","data":1})")->status, 204);
  EXPECT_EQ(ask("POST /v1/users/ada/disconnect")->status, 204);
  EXPECT_EQ(ask("POST /v1/users/ada/disconnect", "{}")->status, 204);
  EXPECT_EQ(ask("POST /v1/users/ada/disconnect", R"({"revoke":true})")->status, 204);
  EXPECT_THAT(broker_.notes, ElementsAre("tell ada l hello 1", "disconnect ada", "disconnect ada",
                                         "revoke ada at 1700000000"));
}

// A user with a line break in its name made the file of revocations unreadable, or forged a line.
TEST_F(ApiPublish, RefusesUsersThatNoTokenCanName) {
  for (const char* user : {"", "a%0Ab", "a%00b", "%7f"}) {
    EXPECT_THAT(ask(fmt::format("POST /v1/users/{}/disconnect", user), R"({"revoke":true})"),
                is_error(400, "invalid_value"))
        << user;
  }
  EXPECT_THAT(ask(fmt::format("POST /v1/users/{}/disconnect", std::string(201, 'a'))),
              is_error(400, "invalid_value"));
  EXPECT_THAT(broker_.notes, IsEmpty());
}

TEST_F(ApiPublish, SaysThatAUserCouldNotBeTold) {
  broker_.error = broker::BrokerError::overloaded;
  EXPECT_THAT(ask("POST /v1/users/ada/publish", R"({"event":"hello","data":1})"),
              is_error(503, "unavailable"));
  EXPECT_THAT(ask("POST /v1/users/ada/disconnect"), is_error(503, "unavailable"));
}

}  // namespace
}  // namespace river::api
