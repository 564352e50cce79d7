#include "net/mailbox.h"

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

namespace river::net {
namespace {

using testing::ElementsAre;

template <typename Message>
[[nodiscard]] bool wakes(const Mailbox<Message>& mailbox, int timeout_milliseconds = 0) {
  pollfd event{.fd = mailbox.wake_fd(), .events = POLLIN, .revents = 0};
  return ::poll(&event, 1, timeout_milliseconds) == 1;
}

std::vector<int> drained(Mailbox<int>& mailbox) {
  std::vector<int> messages;
  mailbox.drain([&](int&& message) { messages.push_back(message); });
  return messages;
}

TEST(Mailbox, GivesMessagesInTheOrderTheyWerePushed) {
  Mailbox<int> mailbox(10, WakeEvent::make().value());
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(mailbox.try_push(int{i}));
  EXPECT_THAT(drained(mailbox), ElementsAre(1, 2, 3));
  EXPECT_THAT(drained(mailbox), ElementsAre());
}

TEST(Mailbox, RefusesWhatIsOverItsLimitAndLeavesItToTheCaller) {
  Mailbox<std::unique_ptr<int>> mailbox(2, WakeEvent::make().value());
  ASSERT_TRUE(mailbox.try_push(std::make_unique<int>(1)));
  ASSERT_TRUE(mailbox.try_push(std::make_unique<int>(2)));
  auto third = std::make_unique<int>(3);
  EXPECT_FALSE(mailbox.try_push(std::move(third)));
  ASSERT_NE(third, nullptr);  // NOLINT(bugprone-use-after-move): refused, so not moved
  EXPECT_EQ(mailbox.drain([](auto&&) {}), 2U);
  EXPECT_TRUE(mailbox.try_push(std::move(third)));
}

TEST(Mailbox, WakesFromTheFirstMessageUntilItIsDrained) {
  Mailbox<int> mailbox(10, WakeEvent::make().value());
  EXPECT_FALSE(wakes(mailbox));
  ASSERT_TRUE(mailbox.try_push(1));
  ASSERT_TRUE(mailbox.try_push(2));
  EXPECT_TRUE(wakes(mailbox));
  EXPECT_EQ(drained(mailbox).size(), 2U);
  EXPECT_FALSE(wakes(mailbox));
}

TEST(Mailbox, KeepsWhatTheReceiverPushesForTheNextDrain) {
  Mailbox<int> mailbox(10, WakeEvent::make().value());
  ASSERT_TRUE(mailbox.try_push(1));
  EXPECT_EQ(mailbox.drain([&](int&& message) { ASSERT_TRUE(mailbox.try_push(message + 1)); }), 1U);
  EXPECT_TRUE(wakes(mailbox));
  EXPECT_THAT(drained(mailbox), ElementsAre(2));
}

TEST(Mailbox, FreesMessagesThatNobodyDrained) {
  const auto message = std::make_shared<int>(1);
  {
    Mailbox<std::shared_ptr<int>> mailbox(10, WakeEvent::make().value());
    ASSERT_TRUE(mailbox.try_push(std::shared_ptr(message)));
    EXPECT_EQ(message.use_count(), 2);
  }
  EXPECT_EQ(message.use_count(), 1);
}

// The consumer sleeps until it is woken, with no timer to save it: a lost wake-up ends in the
// time-out of `wakes`.
TEST(Mailbox, LosesNoMessageNoOrderAndNoWakeUpWithSeveralProducers) {
  struct Numbered {
    std::size_t producer;
    int number;
  };
  constexpr std::size_t producers = 4;
  constexpr int messages_each = 50'000;
  Mailbox<Numbered> mailbox(64, WakeEvent::make().value());
  std::atomic<int> refusals = 0;
  std::vector<std::jthread> threads;
  for (std::size_t producer = 0; producer < producers; ++producer) {
    threads.emplace_back([&, producer] {
      for (int number = 0; number < messages_each; ++number) {
        while (!mailbox.try_push({producer, number})) {
          refusals.fetch_add(1, std::memory_order_relaxed);
          std::this_thread::yield();
        }
      }
    });
  }
  std::array<int, producers> next{};
  std::size_t received = 0;
  while (received < producers * messages_each) {
    ASSERT_TRUE(wakes(mailbox, 30'000)) << "lost wake-up after " << received;
    received += mailbox.drain(
        [&](Numbered&& message) { ASSERT_EQ(message.number, next[message.producer]++); });
  }
  EXPECT_EQ(received, producers * messages_each);
}

// One message at a time back and forth: each side sleeps before every message.
TEST(Mailbox, WakesASleepingConsumerEveryTime) {
  Mailbox<int> there(1, WakeEvent::make().value());
  Mailbox<int> back(1, WakeEvent::make().value());
  constexpr int rounds = 20'000;
  const auto receive = [](Mailbox<int>& mailbox, int expected) {
    std::size_t count = 0;
    while (count == 0) {
      ASSERT_TRUE(wakes(mailbox, 30'000)) << "lost wake-up";
      count = mailbox.drain([&](int&& message) { ASSERT_EQ(message, expected); });
    }
  };
  const std::jthread echo([&] {
    for (int round = 0; round < rounds; ++round) {
      ASSERT_NO_FATAL_FAILURE(receive(there, round));
      ASSERT_TRUE(back.try_push(int{round}));
    }
  });
  for (int round = 0; round < rounds; ++round) {
    ASSERT_TRUE(there.try_push(int{round}));
    ASSERT_NO_FATAL_FAILURE(receive(back, round));
  }
}

}  // namespace
}  // namespace river::net
