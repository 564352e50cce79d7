#include "centrifugo_adapter.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace river::bench {
namespace {

class CentrifugoAdapterTest : public testing::Test {
 protected:
  CentrifugoAdapter adapter{"key", "secret", false};
};

TEST_F(CentrifugoAdapterTest, ReadsAnEventWithAndWithoutEpoch) {
  for (const std::string_view rest : {"", R"(,"epoch":"CyYLUsCm")"}) {
    const std::string text = fmt::format(
        R"({{"push":{{"channel":"bench","pub":{{"data":{{"a":1,"offset":9}},"offset":17{}}}}}}})",
        rest);
    const Message message = adapter.read(text);
    EXPECT_EQ(message.said, Said::event);
    EXPECT_EQ(message.channel, "bench");
    EXPECT_EQ(message.number, 17U);
  }
}

TEST_F(CentrifugoAdapterTest, TellsTheOthersApart) {
  EXPECT_EQ(adapter.read("{}").said, Said::ping);
  EXPECT_EQ(adapter.read(R"({"id":1,"connect":{"client":"a","ping":25,"pong":true}})").said,
            Said::authenticated);
  const Message subscribed = adapter.read(
      R"({"id":2,"subscribe":{"recoverable":true,"epoch":"abcd","offset":7,"positioned":true}})");
  EXPECT_EQ(subscribed.said, Said::subscribed);
  EXPECT_EQ(subscribed.epoch, "abcd");
  EXPECT_EQ(subscribed.number, 7U);
  EXPECT_EQ(adapter.read(R"({"id":2,"error":{"code":103,"message":"permission denied"}})").said,
            Said::refused);
}

TEST_F(CentrifugoAdapterTest, TakesALineAtATimeOffAFrame) {
  std::string_view payload = "{}\n{\"id\":1}\n{\"id\":2}";
  EXPECT_EQ(adapter.take_message(payload), "{}");
  EXPECT_EQ(adapter.take_message(payload), R"({"id":1})");
  EXPECT_EQ(adapter.take_message(payload), R"({"id":2})");
  EXPECT_TRUE(payload.empty());
}

TEST_F(CentrifugoAdapterTest, MakesDataForAFrameOfTheLength) {
  for (const std::size_t wire_bytes : {100UZ, 127UZ, 150UZ, 2000UZ}) {
    const std::string event =
        fmt::format(R"({{"push":{{"channel":"c","pub":{{"data":{},"offset":123456}}}}}})",
                    adapter.data_for("c", wire_bytes, false));
    EXPECT_EQ(event.size() + (event.size() < 126 ? 2 : 4), wire_bytes);
  }
}

}  // namespace
}  // namespace river::bench
