#include "broker/memory/state_file.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/digest.h"
#include "base/synced_paths_for_test.h"
#include "broker/memory/home_for_test.h"

namespace river::broker {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<StoredChannel> some_channels() {
  StoredChannel dogs{"dogs", {0xabc, 7}, {}};
  for (Offset offset = 5; offset <= 7; ++offset) {
    Publication event;
    event.offset = offset;
    event.time = 1'700'000'000'000 + static_cast<std::int64_t>(offset);
    event.content = EventBytes("new-post", std::string("{\"a\":\0\xff}", 8));
    dogs.events.push_back(event);
  }
  return {dogs, {"presence-cats", {1, 0}, {}}};
}
StoredState state_of(std::vector<StoredChannel> channels) {
  return {std::move(channels), {}};
}
StoredState some_state() {
  StoredState state = state_of(some_channels());
  state.ids.keys = {{1, 2}, {3, UINT64_MAX}};
  state.ids.of_backends = {{5, UINT64_MAX, {0xabc, 7}, 1'700'000'000'000}, {6, 0, {1, 0}, -1}};
  state.ids.of_clients = {{7, 8, {1, 2}, 3}};
  return state;
}

// What of a channel is to survive.
std::string text_of(const StoredChannel& channel) {
  std::string text =
      fmt::format("{} {}@{}", channel.name, channel.position.epoch, channel.position.offset);
  for (const Publication& event : channel.events) {
    text += fmt::format(" [{} {} {} {}]", event.offset, event.time, event.content.event(),
                        event.content.data());
  }
  return text;
}
std::vector<std::string> texts_of(const StoredState& state) {
  std::vector<std::string> texts;
  for (const StoredChannel& channel : state.channels) texts.push_back(text_of(channel));
  const IdKeys& keys = state.ids.keys;
  texts.push_back(fmt::format("{} {} {} {}", keys.first.first, keys.first.second, keys.second.first,
                              keys.second.second));
  for (const auto& ids : {state.ids.of_backends, state.ids.of_clients}) {
    texts.push_back(fmt::format("{} ids", ids.size()));
    for (const StoredId& id : ids) {
      texts.push_back(fmt::format("{} {} {}@{} {}", id.first, id.second, id.position.epoch,
                                  id.position.offset, id.time));
    }
  }
  return texts;
}

// With a checksum that is right, so that it is the content which is looked at.
std::string signed_again(std::string bytes) {
  bytes.resize(bytes.size() - sha256_bytes);
  return bytes + sha256(bytes);
}

TEST(StateFormat, GivesBackWhatWasPutIn) {
  const auto read = decode_state(encode_state(some_state()));
  ASSERT_TRUE(read.has_value()) << read.error();
  EXPECT_EQ(texts_of(*read), texts_of(some_state()));
}

TEST(StateFormat, HoldsNoChannelsAsWell) {
  EXPECT_THAT(decode_state(encode_state({})).value().channels, IsEmpty());
}

TEST(StateFormat, RefusesEveryTruncation) {
  const std::string whole = encode_state(some_state());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(decode_state(whole.substr(0, size)).has_value()) << size;
  }
  EXPECT_FALSE(decode_state(whole + '\0').has_value());
}

TEST(StateFormat, RefusesEveryFlippedBit) {
  const std::string whole = encode_state(some_state());
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string damaged = whole;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(decode_state(damaged).has_value()) << bit;
  }
}

TEST(StateFormat, RefusesWhatMakesNoSenseWhateverItsChecksum) {
  // Lengths and counts far over what is there, in every place.
  const std::string whole = encode_state(some_state());
  for (std::size_t at = 8; at + sha256_bytes < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = '\xff';
    const auto read = decode_state(signed_again(changed));
    if (!read.has_value()) continue;
    for (const StoredChannel& channel : read->channels) {
      EXPECT_NE(channel.position.epoch, 0U);
      EXPECT_TRUE(channel.events.empty() ||
                  channel.events.back().offset == channel.position.offset);
    }
  }
}

TEST(StateFormat, RefusesWhatFollowsTheLastId) {
  std::string whole = encode_state(some_state());
  whole.insert(whole.size() - sha256_bytes, 1, '\0');
  EXPECT_FALSE(decode_state(signed_again(whole)).has_value());
}

TEST(StateFormat, RefusesAHistoryWithAHole) {
  auto channels = some_channels();
  channels[0].events[1].offset = 5;
  EXPECT_FALSE(decode_state(encode_state(state_of(channels))).has_value());
}

TEST(StateFormat, RefusesAHistoryThatDoesNotReachThePosition) {
  auto channels = some_channels();
  channels[0].position.offset = 8;
  EXPECT_FALSE(decode_state(encode_state(state_of(channels))).has_value());
}

TEST(StateFormat, RefusesMoreEventsThanOffsets) {
  StoredChannel channel{"dogs", {1, 0}, {}};
  channel.events.emplace_back().offset = 0;
  channel.events[0].content = EventBytes("e", "1");
  EXPECT_FALSE(decode_state(encode_state(state_of({channel}))).has_value());
}

TEST(StateFormat, RefusesAChannelWithoutAnEpochOrAValidName) {
  EXPECT_FALSE(decode_state(encode_state(state_of({{"dogs", {0, 0}, {}}}))).has_value());
  EXPECT_FALSE(decode_state(encode_state(state_of({{"two words", {1, 0}, {}}}))).has_value());
  EXPECT_FALSE(decode_state(encode_state(state_of({{"", {1, 0}, {}}}))).has_value());
}

class StateFileTest : public testing::Test {
 protected:
  StateFileTest() : folder_(testing::TempDir() + "state-XXXXXX") {
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
    path = folder_ + "/state";
  }
  ~StateFileTest() override { std::filesystem::remove_all(folder_); }

  void put(std::string_view bytes) const { std::ofstream(path, std::ios::binary) << bytes; }

  std::string path;

 private:
  std::string folder_;
};

TEST_F(StateFileTest, IsTakenOnce) {
  const StateFile file(path);
  ASSERT_TRUE(file.write(some_state()).has_value());
  EXPECT_EQ(texts_of(file.take().value().value()), texts_of(some_state()));
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_FALSE(file.take().value().has_value()) << "after a hard kill nothing old is believed";
}

// After a power loss it was back, and clients were told that they had missed nothing.
TEST_F(StateFileTest, StaysAwayOnceItIsTaken) {
  const StateFile file(path);
  ASSERT_TRUE(file.write(some_state()).has_value());
  take_synced_paths();
  ASSERT_TRUE(file.take().has_value());
  EXPECT_THAT(take_synced_paths(), ElementsAre(std::filesystem::path(path).parent_path().string()));
}

TEST_F(StateFileTest, IsForItsOwnerAlone) {
  ASSERT_TRUE(StateFile(path).write(some_state()).has_value());
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(path).permissions(), perms::owner_read | perms::owner_write);
}

TEST_F(StateFileTest, ReplacesAnOlderOneAndLeavesNothingElse) {
  put("older");
  ASSERT_TRUE(StateFile(path).write(some_state()).has_value());
  EXPECT_EQ(StateFile(path).take().value()->channels.size(), 2U);
  EXPECT_TRUE(std::filesystem::is_empty(std::filesystem::path(path).parent_path()));
}

TEST_F(StateFileTest, ThatIsDamagedIsNamedAndRemoved) {
  std::string bytes = encode_state(some_state());
  bytes[20] = static_cast<char>(bytes[20] ^ 1);
  put(bytes);
  const auto taken = StateFile(path).take();
  ASSERT_FALSE(taken.has_value());
  EXPECT_THAT(taken.error(), HasSubstr(path));
  EXPECT_THAT(taken.error(), HasSubstr("damaged"));
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(StateFileTest, ThatIsSomethingElseIsRefused) {
  put("hello, this is not what you are looking for, although it is long enough");
  EXPECT_THAT(StateFile(path).take().error(), HasSubstr("not a state file"));
}

// River's start waited for somebody to write into it.
TEST_F(StateFileTest, ThatIsAFifoIsRefusedAtOnce) {
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const auto taken = StateFile(path).take();
  ASSERT_FALSE(taken.has_value());
  EXPECT_EQ(taken.error(), "cannot read " + path + ": it is not a regular file");
  EXPECT_TRUE(std::filesystem::exists(path)) << "it is somebody else's";
}

TEST_F(StateFileTest, LargerThanABufferIsReadWhole) {
  std::vector<StoredChannel> channels;
  for (Epoch i = 1; i <= 50'000; ++i) {
    channels.push_back({"channel-" + std::to_string(i), {i, i}, {}});
  }
  const StateFile file(path);
  ASSERT_TRUE(file.write(state_of(channels)).has_value());
  EXPECT_GT(std::filesystem::file_size(path), std::size_t{1} << 20);
  EXPECT_EQ(texts_of(file.take().value().value()), texts_of(state_of(channels)));
}

TEST_F(StateFileTest, ThatCannotBeWrittenSaysWhere) {
  const std::string nowhere = path + "/missing/state";
  const auto written = StateFile(nowhere).write({});
  ASSERT_FALSE(written.has_value());
  EXPECT_THAT(written.error(), HasSubstr(nowhere));
}

}  // namespace
}  // namespace river::broker
