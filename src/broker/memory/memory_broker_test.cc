#include "broker/memory/memory_broker.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/memory/home_for_test.h"
#include "broker/memory/simulated_network_for_test.h"

namespace river::broker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class RecordingSink final : public BrokerSink {
 public:
  void on_publication(std::string_view channel, Epoch, const Publication& publication) override {
    heard.push_back(
        fmt::format("{} {}:{}", channel, publication.offset, publication.content.data()));
  }
  void on_presence(std::string_view channel,
                   const std::shared_ptr<const PresenceChange>& change) override {
    heard.push_back(fmt::format("{} {}", channel, text_of(*change)));
  }
  void on_user_command(const UserCommand& command) override {
    heard.push_back(fmt::format("user {}", command.user));
  }
  [[nodiscard]] std::vector<ChannelCount> local_channels(std::string_view prefix,
                                                         std::string_view after,
                                                         std::size_t limit) const override {
    std::vector<ChannelCount> found;
    for (const ChannelCount& count : channels) {
      if (count.channel.starts_with(prefix) && count.channel > after && found.size() < limit) {
        found.push_back(count);
      }
    }
    return found;
  }
  [[nodiscard]] std::uint64_t local_subscribers(std::string_view channel) const override {
    for (const ChannelCount& count : channels) {
      if (count.channel == channel) return count.subscribers;
    }
    return 0;
  }

  std::vector<std::string> heard;
  std::vector<ChannelCount> channels;  // by name
};

class MemoryBrokerTest : public testing::Test {
 protected:
  static constexpr std::size_t loops = 3;

  MemoryBrokerTest() {
    std::vector<MemoryBroker*> peers;
    for (std::size_t loop = 0; loop < loops; ++loop) {
      brokers_.push_back(
          std::make_unique<MemoryBroker>(loop, network.courier(loop), settings_, rules_, metrics_));
      peers.push_back(brokers_.back().get());
    }
    for (std::size_t loop = 0; loop < loops; ++loop) brokers_[loop]->connect(peers, sinks[loop]);
  }

  MemoryBroker& broker(std::size_t loop) { return *brokers_[loop]; }

  // A channel whose home is there.
  std::string channel_at(std::size_t home, const std::string& prefix = "channel") {
    for (int i = 0;; ++i) {
      std::string name = prefix + "-" + std::to_string(i);
      if (broker(0).home_of(name) == home) return name;
    }
  }

  void publish(std::size_t loop, const std::string& channel, std::string_view data) {
    PublishRequest request;
    request.channel = channel;
    request.content = EventBytes("event", data);
    broker(loop).publish(std::move(request), [this](auto answer) { published.push_back(answer); });
  }
  void listen(std::size_t loop, const std::string& channel, SnapshotRequest request = {}) {
    broker(loop).snapshot(channel, std::move(request),
                          [this](auto answer) { snapshots.push_back(std::move(answer)); });
  }
  void join(std::size_t loop, const std::string& channel, const std::string& user,
            ConnectionId connection) {
    SnapshotRequest request;
    request.members = true;
    request.join = Member{user, "{}"};
    request.connection = connection;
    listen(loop, channel, std::move(request));
  }
  ChannelPage channels(std::size_t limit, const std::string& after = {}) {
    std::optional<ChannelPage> page;
    broker(0).channels("dogs", after, limit, [&](auto answer) { page = answer.value(); });
    network.deliver_all();
    return page.value();
  }

  SimulatedNetwork network{loops};
  std::vector<RecordingSink> sinks{loops};
  std::vector<std::expected<Position, BrokerError>> published;
  std::vector<std::expected<Snapshot, BrokerError>> snapshots;

 private:
  HomeSettings settings_;
  ChannelRules rules_;
  Metrics metrics_;
  std::vector<std::unique_ptr<MemoryBroker>> brokers_;
};

TEST_F(MemoryBrokerTest, AnswersAtOnceWhereTheChannelIsAtHome) {
  publish(1, channel_at(1), "a");
  EXPECT_THAT(published, SizeIs(1));
}

// While one loop after the other was stopped, what was published to a stopped one was lost, or made
// without an answer.
TEST_F(MemoryBrokerTest, EndsWhatItHasBegunWhenItIsClosed) {
  publish(0, channel_at(1), "a");
  for (std::size_t loop = 0; loop < loops; ++loop) {
    EXPECT_TRUE(broker(loop).ready());
    broker(loop).close();
    EXPECT_FALSE(broker(loop).ready());
  }
  publish(0, channel_at(1), "b");  // the second slice of a request
  network.deliver_all();
  ASSERT_THAT(published, SizeIs(2));
  EXPECT_EQ(published[1].value().offset, 2U);
}

TEST_F(MemoryBrokerTest, AnswersFromAnotherLoopOnceTheMessagesHaveArrived) {
  const std::string channel = channel_at(1);
  publish(0, channel, "a");
  EXPECT_THAT(published, IsEmpty());
  EXPECT_TRUE(network.deliver(0, 1));
  EXPECT_THAT(published, IsEmpty());
  EXPECT_TRUE(network.deliver(1, 0));
  ASSERT_THAT(published, SizeIs(1));
  EXPECT_EQ(published[0], broker(1).home().details(channel).position);
}

TEST_F(MemoryBrokerTest, OneHomeOrdersWhatAllLoopsPublish) {
  const std::string channel = channel_at(2);
  for (std::size_t loop = 0; loop < loops; ++loop) listen(loop, channel);
  network.deliver_all();
  for (std::size_t loop = 0; loop < loops; ++loop) publish(loop, channel, std::to_string(loop));
  network.deliver_all();
  for (const RecordingSink& sink : sinks) {
    EXPECT_THAT(sink.heard, ElementsAre(channel + " 1:2", channel + " 2:0", channel + " 3:1"));
  }
}

TEST_F(MemoryBrokerTest, ALoopHearsOfAChannelFromItsSnapshotOnUntilItForgetsIt) {
  const std::string channel = channel_at(2);
  publish(2, channel, "before");
  listen(0, channel);
  publish(2, channel, "on the way");
  network.deliver(0, 2);
  publish(2, channel, "after");
  network.deliver_all();
  ASSERT_THAT(snapshots, SizeIs(1));
  EXPECT_EQ(snapshots[0]->position.offset, 2U);
  broker(0).forget(channel);
  network.deliver_all();
  publish(2, channel, "later");
  network.deliver_all();
  EXPECT_THAT(sinks[0].heard, ElementsAre(channel + " 3:after"));
  EXPECT_THAT(sinks[1].heard, IsEmpty());
}

TEST_F(MemoryBrokerTest, ALoopThatForgetsAndComesBackListens) {
  const std::string channel = channel_at(2);
  listen(0, channel);
  broker(0).forget(channel);
  listen(0, channel);
  network.deliver_all();
  publish(2, channel, "a");
  network.deliver_all();
  EXPECT_THAT(sinks[0].heard, ElementsAre(channel + " 1:a"));
}

TEST_F(MemoryBrokerTest, PresenceChangesReachEveryListeningLoop) {
  const std::string channel = channel_at(1, "presence");
  join(0, channel, "ann", 1);
  join(2, channel, "bob", 2);
  network.deliver_all();
  network.advance(seconds(1));
  network.deliver_all();
  EXPECT_THAT(sinks[0].heard, ElementsAre(channel + " +ann +bob =2"));
  EXPECT_THAT(sinks[2].heard, ElementsAre(channel + " +ann +bob =2"));
  broker(0).leave(channel, "ann", 1);
  network.deliver_all();
  network.advance(seconds(1));
  network.deliver_all();
  EXPECT_EQ(sinks[2].heard.back(), channel + " -ann =1");
  EXPECT_THAT(sinks[1].heard, IsEmpty());
}

TEST_F(MemoryBrokerTest, AFullHomeRefusesWhatIsNewAtOnce) {
  network.set_full(1, true);
  publish(0, channel_at(1), "a");
  listen(0, channel_at(1));
  EXPECT_THAT(published, ElementsAre(std::unexpected(BrokerError::overloaded)));
  ASSERT_THAT(snapshots, SizeIs(1));
  EXPECT_EQ(snapshots[0].error(), BrokerError::overloaded);
  EXPECT_EQ(network.deliver_all(), 0U);
}

TEST_F(MemoryBrokerTest, AFullHomeStillTakesWhatFollowsFromBefore) {
  const std::string channel = channel_at(1, "presence");
  join(0, channel, "ann", 1);
  network.deliver_all();
  network.set_full(1, true);
  broker(0).leave(channel, "ann", 1);
  broker(0).forget(channel);
  network.deliver_all();
  EXPECT_EQ(broker(1).home().details(channel).members, 0U);
}

TEST_F(MemoryBrokerTest, AFullListenerHoldsBackThePublisherInsteadOfLosingTheEvent) {
  const std::string channel = channel_at(1);
  listen(0, channel);
  network.deliver_all();
  network.set_full(0, true);
  publish(1, channel, "a");
  EXPECT_THAT(published, ElementsAre(std::unexpected(BrokerError::overloaded)));
  network.set_full(0, false);
  publish(1, channel, "b");
  network.deliver_all();
  EXPECT_THAT(sinks[0].heard, ElementsAre(channel + " 1:b"));
}

TEST_F(MemoryBrokerTest, HistoryAndMembersComeFromTheHome) {
  const std::string channel = channel_at(1, "presence");
  join(2, channel, "ann", 1);
  publish(2, channel, "a");
  std::vector<std::string> history;
  std::vector<std::string> members;
  broker(0).history(channel, std::nullopt, 10,
                    [&](auto answer) { history = texts_of(answer->events); });
  broker(0).members(channel, {}, 10, [&](auto answer) { members = names_of(answer->members); });
  network.deliver_all();
  EXPECT_THAT(history, IsEmpty()) << "two loops' messages come in any order";
  broker(0).history(channel, std::nullopt, 10,
                    [&](auto answer) { history = texts_of(answer->events); });
  broker(0).members(channel, {}, 10, [&](auto answer) { members = names_of(answer->members); });
  network.deliver_all();
  EXPECT_THAT(history, ElementsAre("1:a"));
  EXPECT_THAT(members, ElementsAre("ann"));
}

TEST_F(MemoryBrokerTest, ListsTheChannelsOfAllLoopsWithTheSumOfTheirSubscribers) {
  sinks[0].channels = {{"cats", 1}, {"dogs-1", 1}, {"dogs-3", 2}};
  sinks[1].channels = {{"dogs-2", 5}, {"dogs-3", 3}};
  sinks[2].channels = {{"dogs-4", 1}};
  ChannelPage page = channels(2);
  ASSERT_THAT(page.channels, SizeIs(2));
  EXPECT_EQ(page.channels[0].channel, "dogs-1");
  EXPECT_EQ(page.channels[1].channel, "dogs-2");
  EXPECT_EQ(page.next, "dogs-2");
  page = channels(2, page.next);
  ASSERT_THAT(page.channels, SizeIs(2));
  EXPECT_EQ(page.channels[0].channel, "dogs-3");
  EXPECT_EQ(page.channels[0].subscribers, 5U);
  EXPECT_EQ(page.next, "");
}

TEST_F(MemoryBrokerTest, SaysThatThereAreMoreChannelsAlthoughAllAreOnOneLoop) {
  sinks[1].channels = {{"dogs-1", 1}, {"dogs-2", 1}, {"dogs-3", 1}};
  EXPECT_EQ(channels(2).next, "dogs-2");
  EXPECT_EQ(channels(3).next, "");
}

TEST_F(MemoryBrokerTest, CountsTheSubscribersOfAChannelOnAllLoops) {
  const std::string channel = channel_at(1);
  publish(1, channel, "a");
  sinks[0].channels = {{channel, 2}};
  sinks[2].channels = {{channel, 3}};
  ChannelDetails details;
  broker(0).channel(channel, [&](auto answer) { details = answer.value(); });
  network.deliver_all();
  EXPECT_EQ(details.subscribers, 5U);
  EXPECT_EQ(details.position.offset, 1U);
}

// Symptom: under load a list lacked the channels of a whole loop, and said 200.
TEST_F(MemoryBrokerTest, GivesNoListAndNoCountWithoutALoopThatIsFull) {
  const std::string channel = channel_at(0);
  sinks[0].channels = {{channel, 2}};
  sinks[2].channels = {{channel, 3}};
  network.set_full(2, true);
  std::optional<BrokerError> no_count;
  broker(0).channel(channel, [&](const auto& answer) { no_count = answer.error(); });
  std::optional<BrokerError> no_list;
  broker(0).channels({}, {}, 10, [&](const auto& answer) { no_list = answer.error(); });
  EXPECT_EQ(network.deliver_all(), 0U);
  EXPECT_EQ(no_count, BrokerError::overloaded);
  EXPECT_EQ(no_list, BrokerError::overloaded);
}

TEST_F(MemoryBrokerTest, AFullLoopCanBeAskedByItself) {
  sinks[0].channels = {{"dogs-1", 2}};
  network.set_full(0, true);
  EXPECT_THAT(channels(10).channels, SizeIs(1));
}

TEST_F(MemoryBrokerTest, AUserCommandReachesEveryLoop) {
  UserCommand command;
  command.kind = UserCommand::Kind::publish;
  command.user = "ann";
  bool answered = false;
  broker(1).tell_user(command, [&](auto answer) { answered = answer.has_value(); });
  EXPECT_TRUE(answered);
  network.deliver_all();
  for (const RecordingSink& sink : sinks) EXPECT_THAT(sink.heard, ElementsAre("user ann"));
}

TEST_F(MemoryBrokerTest, AFullLoopRefusesAUsersEventButNeverARevocation) {
  network.set_full(2, true);
  UserCommand command;
  command.user = "ann";
  command.kind = UserCommand::Kind::publish;
  std::vector<bool> taken;
  const auto note = [&](auto answer) { taken.push_back(answer.has_value()); };
  broker(0).tell_user(command, note);
  command.kind = UserCommand::Kind::revoke;
  broker(0).tell_user(command, note);
  command.kind = UserCommand::Kind::disconnect;
  broker(0).tell_user(command, note);
  network.deliver_all();
  EXPECT_THAT(taken, ElementsAre(false, true, true));
  EXPECT_THAT(sinks[2].heard, ElementsAre("user ann", "user ann"));
}

TEST_F(MemoryBrokerTest, ARevocationIsAnsweredOnceItHoldsOnEveryLoop) {
  UserCommand command;
  command.user = "ann";
  command.kind = UserCommand::Kind::revoke;
  bool answered = false;
  broker(1).tell_user(command, [&](auto answer) { answered = answer.has_value(); });
  network.deliver(1, 0);
  network.deliver(0, 1);
  network.deliver(1, 2);
  EXPECT_FALSE(answered);
  network.deliver(2, 1);
  EXPECT_TRUE(answered);
  for (const RecordingSink& sink : sinks) EXPECT_THAT(sink.heard, ElementsAre("user ann"));
}

TEST_F(MemoryBrokerTest, SpreadsChannelsOverTheLoops) {
  std::vector<int> at_home(loops);
  for (int i = 0; i < 3000; ++i) ++at_home[broker(0).home_of("channel-" + std::to_string(i))];
  for (const int count : at_home) EXPECT_GT(count, 700);
}

}  // namespace
}  // namespace river::broker
