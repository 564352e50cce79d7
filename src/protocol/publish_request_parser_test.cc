#include "protocol/publish_request_parser.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace river::protocol {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string repeated(std::string_view item, std::size_t times) {
  std::string list;
  for (std::size_t i = 0; i < times; ++i) list.append(i == 0 ? "" : ",").append(item);
  return list;
}

// "c0","c1",…
std::string different(std::size_t channels) {
  std::string list;
  for (std::size_t i = 0; i < channels; ++i) {
    list.append(i == 0 ? "" : ",").append('"' + ("c" + std::to_string(i)) + '"');
  }
  return list;
}

void expect_error(const RequestError& error, ErrorCode code, std::string_view param) {
  EXPECT_EQ(error.code, code) << error.message;
  EXPECT_EQ(error.param, param) << error.message;
  EXPECT_FALSE(error.message.empty());
}

TEST(PublishRequest, ReadsTheShortForm) {
  PublishRequestParser parser;
  const auto request =
      parser.parse_short(R"({"channel":"dogs","eventName":"new-post","data":{ "a":1 }})");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_THAT(request->channels, ElementsAre("dogs"));
  EXPECT_EQ(request->event, "new-post");
  EXPECT_EQ(request->data, "{ \"a\":1 }");
}

TEST(PublishRequest, ReadsTheFullForm) {
  PublishRequestParser parser;
  const auto request = parser.parse_publish(
      R"({"channels":["a","b"],"event":"e","data":null,"id":"p1","exclude":"c-000000000000009f"})");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_THAT(request->channels, ElementsAre("a", "b"));
  EXPECT_EQ(request->event, "e");
  EXPECT_EQ(request->data, "null");
  EXPECT_EQ(request->id, "p1");
  EXPECT_EQ(request->exclude, 0x9fU);

  const auto single = parser.parse_publish(R"({"channel":"a","event":"e","data":0})");
  ASSERT_TRUE(single);
  EXPECT_THAT(single->channels, ElementsAre("a"));
  EXPECT_EQ(single->id, "");
  EXPECT_EQ(single->exclude, 0U);
}

TEST(PublishRequest, NamesTheFieldAtFault) {
  struct Fault {
    std::string_view body;
    ErrorCode code;
    std::string_view param;
  };
  using enum ErrorCode;
  PublishRequestParser parser(20);
  for (const Fault& fault : {
           Fault{"", invalid_json, ""},
           {"{", invalid_json, ""},
           {"null", invalid_type, ""},
           {"[]", invalid_type, ""},
           {R"({})", missing_field, "channel"},
           {R"({"channel":"a","data":1})", missing_field, "event"},
           {R"({"channel":"a","event":"e"})", missing_field, "data"},
           {R"({"channel":1,"event":"e","data":1})", invalid_type, "channel"},
           {R"({"channel":"a b","event":"e","data":1})", invalid_channel, "channel"},
           {R"({"channel":"a","channel":"b","event":"e","data":1})", invalid_json, "channel"},
           {R"({"channel":"a","channels":["b"],"event":"e","data":1})", invalid_value, "channels"},
           {R"({"channels":[],"event":"e","data":1})", missing_field, "channels"},
           {R"({"channels":"a","event":"e","data":1})", invalid_type, "channels"},
           {R"({"channels":["a",null],"event":"e","data":1})", invalid_type, "channels"},
           {R"({"channels":["a","\r\n"],"event":"e","data":1})", invalid_channel, "channels"},
           {R"({"channel":"a","event":"river:x","data":1})", invalid_event, "event"},
           {R"({"channel":"a","event":null,"data":1})", invalid_type, "event"},
           {R"({"channel":"a","event":"e","data":"123456789012345678901"})", data_too_large,
            "data"},
           {R"({"channel":"a","event":"e","data":1,"id":7})", invalid_type, "id"},
           {R"({"channel":"a","event":"e","data":1,"id":""})", invalid_value, "id"},
           {R"({"channel":"a","event":"e","data":1,"exclude":"me"})", invalid_value, "exclude"},
           {R"({"channel":"a","event":"e","data":1,"exclude":[]})", invalid_type, "exclude"},
       }) {
    const auto request = parser.parse_publish(fault.body);
    ASSERT_FALSE(request) << fault.body;
    expect_error(request.error(), fault.code, fault.param);
  }
}

TEST(PublishRequest, TheShortFormNamesItsOwnFields) {
  PublishRequestParser parser;
  expect_error(parser.parse_short(R"({"channel":"a","event":"e","data":1})").error(),
               ErrorCode::missing_field, "eventName");
  expect_error(parser.parse_short(R"({"channel":"a","eventName":"e"})").error(),
               ErrorCode::missing_field, "data");
}

TEST(PublishRequest, TakesAsManyChannelsAsAllowedAndNotOneMore) {
  PublishRequestParser parser;
  const auto body = [](std::size_t channels) {
    return R"({"event":"e","data":1,"channels":[)" + different(channels) + "]}";
  };
  const auto request = parser.parse_publish(body(limits::publish_channels_max));
  ASSERT_TRUE(request);
  EXPECT_EQ(request->channels.size(), limits::publish_channels_max);
  expect_error(parser.parse_publish(body(limits::publish_channels_max + 1)).error(),
               ErrorCode::too_many, "channels");
}

// Symptom: a list that named a channel twice published the event twice.
TEST(PublishRequest, RefusesAChannelThatIsNamedTwice) {
  PublishRequestParser parser;
  const auto twice =
      parser.parse_publish(R"({"channels":["dogs","cats","dogs"],"event":"e","data":1})");
  expect_error(twice.error(), ErrorCode::invalid_value, "channels");
  EXPECT_EQ(twice.error().message, "a channel is named twice");
  const auto batch =
      parser.parse_batch(R"({"messages":[{"channels":["dogs","cats"],"event":"e","data":1},)"
                         R"({"channels":["dogs","cats"],"event":"e","data":1},)"
                         R"({"channels":["dogs","dogs"],"event":"e","data":1}]})");
  EXPECT_TRUE((*batch)[1]) << "each message has its own";
  expect_error((*batch)[2].error(), ErrorCode::invalid_value, "channels");
}

TEST(PublishBatch, GivesEachMessageItsOwnResult) {
  PublishRequestParser parser;
  const auto batch = parser.parse_batch(
      R"({"messages":[{"channel":"a","event":"e","data":1},{"channel":"*","event":"e","data":1},)"
      R"(null,{"channels":["b","c"],"event":"f","data":[2],"id":"p"}]})");
  ASSERT_TRUE(batch) << batch.error().message;
  ASSERT_EQ(batch->size(), 4U);
  EXPECT_THAT((*batch)[0]->channels, ElementsAre("a"));
  expect_error((*batch)[1].error(), ErrorCode::invalid_channel, "channel");
  expect_error((*batch)[2].error(), ErrorCode::invalid_type, "");
  EXPECT_THAT((*batch)[3]->channels, ElementsAre("b", "c"));
  EXPECT_EQ((*batch)[3]->data, "[2]");
  EXPECT_EQ((*batch)[3]->id, "p");
}

TEST(PublishBatch, IsRefusedAsAWholeWhenItIsTooLong) {
  PublishRequestParser parser;
  const auto body = [](std::size_t messages) {
    return R"({"messages":[)" + repeated(R"({"channel":"a","event":"e","data":1})", messages) +
           "]}";
  };
  EXPECT_EQ(parser.parse_batch(body(limits::publish_batch_max))->size(), limits::publish_batch_max);
  expect_error(parser.parse_batch(body(limits::publish_batch_max + 1)).error(), ErrorCode::too_many,
               "messages");
}

TEST(PublishBatch, CountsAMessageOnceAChannel) {
  PublishRequestParser parser;
  const std::string message = R"({"event":"e","data":1,"channels":[)" + different(100) + "]}";
  const auto batch = parser.parse_batch(R"({"messages":[)" + repeated(message, 11) + "]}");
  ASSERT_TRUE(batch);
  EXPECT_EQ((*batch)[9]->channels.size(), 100U);
  EXPECT_EQ((*batch)[0]->channels[99], "c99");
  expect_error((*batch)[10].error(), ErrorCode::too_many, "channels");
}

TEST(PublishBatch, RefusesWhatIsNotABatch) {
  PublishRequestParser parser;
  expect_error(parser.parse_batch("[]").error(), ErrorCode::invalid_type, "");
  expect_error(parser.parse_batch("{}").error(), ErrorCode::missing_field, "messages");
  expect_error(parser.parse_batch(R"({"messages":{}})").error(), ErrorCode::invalid_type,
               "messages");
  expect_error(parser.parse_batch(R"({"messages":[]})").error(), ErrorCode::missing_field,
               "messages");
}

TEST(UserRequests, ReadPublishAndDisconnect) {
  PublishRequestParser parser;
  const auto publish = parser.parse_user_publish(R"({"event":"e","data":[1]})");
  ASSERT_TRUE(publish);
  EXPECT_EQ(publish->event, "e");
  EXPECT_EQ(publish->data, "[1]");
  expect_error(parser.parse_user_publish(R"({"event":"e"})").error(), ErrorCode::missing_field,
               "data");

  EXPECT_FALSE(parser.parse_user_disconnect("")->revoke);
  EXPECT_FALSE(parser.parse_user_disconnect("{}")->revoke);
  EXPECT_FALSE(parser.parse_user_disconnect(R"({"revoke":false})")->revoke);
  EXPECT_TRUE(parser.parse_user_disconnect(R"({"revoke":true})")->revoke);
  expect_error(parser.parse_user_disconnect(R"({"revoke":"true"})").error(),
               ErrorCode::invalid_type, "revoke");
  EXPECT_THAT(parser.parse_user_disconnect("{").error().message, HasSubstr("not valid JSON"));
}

}  // namespace
}  // namespace river::protocol
