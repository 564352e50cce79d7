#include "server_frame.h"

#include <string>

#include <gtest/gtest.h>

namespace river::bench {
namespace {

std::string frame_of(std::string_view length, std::string_view payload) {
  return "\x81" + std::string(length) + std::string(payload);
}

TEST(ServerFrame, TakesFramesOffOneByOne) {
  const std::string both = frame_of("\x02", "ab") + frame_of("\x01", "c");
  std::string_view bytes = both;
  ServerFrame frame;
  ASSERT_TRUE(frame.take_from(bytes));
  EXPECT_EQ(frame.payload, "ab");
  ASSERT_TRUE(frame.take_from(bytes));
  EXPECT_EQ(frame.payload, "c");
  EXPECT_TRUE(bytes.empty());
}

TEST(ServerFrame, ReadsEachKindOfLength) {
  const std::string medium(300, 'm');
  const std::string large(70'000, 'l');
  const std::string both = frame_of({"\x7e\x01\x2c", 3}, medium) +
                           frame_of({"\x7f\x00\x00\x00\x00\x00\x01\x11\x70", 9}, large);
  std::string_view bytes = both;
  ServerFrame frame;
  ASSERT_TRUE(frame.take_from(bytes));
  EXPECT_EQ(frame.payload, medium);
  ASSERT_TRUE(frame.take_from(bytes));
  EXPECT_EQ(frame.payload, large);
}

TEST(ServerFrame, WaitsForTheWholeFrame) {
  const std::string whole = frame_of({"\x7e\x01\x2c", 3}, std::string(300, 'm'));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    std::string_view bytes = std::string_view(whole).substr(0, size);
    ServerFrame frame;
    EXPECT_FALSE(frame.take_from(bytes));
    EXPECT_EQ(bytes.size(), size);
  }
}

TEST(ServerFrame, TellsWhatItIs) {
  std::string_view bytes("\x88\x02\x11\x4e", 4);
  ServerFrame frame;
  ASSERT_TRUE(frame.take_from(bytes));
  EXPECT_EQ(frame.opcode, ServerFrame::close);
  EXPECT_TRUE(frame.final);
  EXPECT_FALSE(frame.compressed);
  bytes = std::string_view("\xc1\x01x", 3);
  ASSERT_TRUE(frame.take_from(bytes));
  EXPECT_TRUE(frame.compressed);
}

}  // namespace
}  // namespace river::bench
