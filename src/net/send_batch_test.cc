#include "net/send_batch.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/io_uring_batch.h"
#include "net/sendmsg_batch.h"

namespace river::net {
namespace {

// Two ends of a stream between which nothing is read unless a test says so.
class Pair {
 public:
  Pair() {
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends_.data()),
              0);
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;
  ~Pair() {
    ::close(ends_[0]);
    close_reader();
  }

  [[nodiscard]] int writer() const { return ends_[0]; }
  void close_reader() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }
  void shrink_buffer() {
    const int bytes = 4096;
    ::setsockopt(ends_[0], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
  }
  [[nodiscard]] std::string received() {
    std::string text;
    std::array<char, 65'536> buffer{};
    ssize_t size = 0;
    while ((size = ::recv(ends_[1], buffer.data(), buffer.size(), 0)) > 0) {
      text.append(buffer.data(), static_cast<std::size_t>(size));
    }
    return text;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

// What one connection has to say, in pieces.
struct Message {
  explicit Message(std::vector<std::string> texts) : pieces(std::move(texts)) {
    for (std::string& piece : pieces) iovecs.push_back({piece.data(), piece.size()});
  }
  [[nodiscard]] SendItem to(const Pair& pair) const {
    return {.fd = pair.writer(),
            .iovecs = iovecs.data(),
            .iovec_count = static_cast<std::uint32_t>(iovecs.size())};
  }
  [[nodiscard]] std::string whole() const {
    std::string text;
    for (const std::string& piece : pieces) text += piece;
    return text;
  }
  std::vector<std::string> pieces;
  std::vector<iovec> iovecs;
};

struct Implementation {
  std::string name;
  std::function<std::expected<std::unique_ptr<SendBatch>, std::string>()> make;
};

void PrintTo(const Implementation& implementation, std::ostream* out) {
  *out << implementation.name;
}

class SendBatchTest : public testing::TestWithParam<Implementation> {
 protected:
  void SetUp() override {
    auto made = GetParam().make();
    if (!made) GTEST_SKIP() << made.error();
    batch_ = std::move(*made);
  }

  std::unique_ptr<SendBatch> batch_;
};

INSTANTIATE_TEST_SUITE_P(
    Each, SendBatchTest,
    testing::Values(
        Implementation{"sendmsg", [] { return make_send_batch(SendBatchKind::sendmsg); }},
        Implementation{"io_uring", [] { return make_send_batch(SendBatchKind::io_uring); }},
        Implementation{"io_uring_of_4_entries", [] { return make_io_uring_batch(4); }}),
    [](const auto& test) { return test.param.name; });

TEST_P(SendBatchTest, DeliversToEverySocketItsOwnBytes) {
  constexpr std::size_t sockets = 301;  // many times a ring of four, and a remainder of one
  std::vector<Pair> pairs(sockets);
  std::vector<Message> messages;
  std::vector<SendItem> items;
  for (std::size_t i = 0; i < sockets; ++i) {
    const std::string number = std::to_string(i);
    messages.emplace_back(i % 3 == 0 ? std::vector<std::string>{"one piece for " + number}
                                     : std::vector<std::string>{"pieces", " for ", number});
  }
  for (std::size_t i = 0; i < sockets; ++i) items.push_back(messages[i].to(pairs[i]));
  batch_->send(items);
  for (std::size_t i = 0; i < sockets; ++i) {
    EXPECT_EQ(items[i].result, static_cast<std::int32_t>(messages[i].whole().size()));
    EXPECT_EQ(pairs[i].received(), messages[i].whole());
  }
}

TEST_P(SendBatchTest, SendsBatchesOfEverySize) {
  std::vector<Pair> pairs(9);
  const Message message({"x"});
  for (std::size_t size = 0; size <= pairs.size(); ++size) {
    std::vector<SendItem> items;
    for (std::size_t i = 0; i < size; ++i) items.push_back(message.to(pairs[i]));
    batch_->send(items);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      EXPECT_EQ(pairs[i].received(), i < size ? "x" : "") << i << " of " << size;
    }
  }
}

TEST_P(SendBatchTest, KeepsTheOrderOfABatchAfterAnother) {
  std::vector<Pair> pairs(5);
  std::vector<std::string> expected(pairs.size());
  for (int round = 0; round < 100; ++round) {
    std::vector<Message> messages;
    std::vector<SendItem> items;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      messages.emplace_back(std::vector<std::string>{std::to_string(round), ","});
      expected[i] += messages.back().whole();
    }
    for (std::size_t i = 0; i < pairs.size(); ++i) items.push_back(messages[i].to(pairs[i]));
    batch_->send(items);
  }
  for (std::size_t i = 0; i < pairs.size(); ++i) EXPECT_EQ(pairs[i].received(), expected[i]);
}

TEST_P(SendBatchTest, GathersManyPieces) {
  std::vector<Pair> pairs(4);
  std::vector<std::string> pieces;
  for (int i = 0; i < 64; ++i) pieces.push_back("piece " + std::to_string(i) + ";");
  const Message message(pieces);
  std::vector<SendItem> items;
  for (const Pair& pair : pairs) items.push_back(message.to(pair));
  batch_->send(items);
  for (Pair& pair : pairs) EXPECT_EQ(pair.received(), message.whole());
}

TEST_P(SendBatchTest, SaysHowMuchFittedAndThenThatTheSocketIsFull) {
  std::vector<Pair> pairs(6);
  for (Pair& pair : pairs) pair.shrink_buffer();
  const Message large({std::string(300'000, 'a'), std::string(300'000, 'b')});
  const Message single({std::string(600'000, 'c')});
  std::vector<std::string> expected(pairs.size());
  for (int round = 0; round < 50; ++round) {
    std::vector<SendItem> items;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      items.push_back((i % 2 == 0 ? large : single).to(pairs[i]));
    }
    batch_->send(items);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      ASSERT_LT(items[i].result, 600'000) << "nobody reads, so not all can have fitted";
      if (items[i].result < 0) {
        ASSERT_EQ(items[i].result, -EAGAIN);
        continue;
      }
      const auto sent = static_cast<std::size_t>(items[i].result);
      expected[i] += (i % 2 == 0 ? large : single).whole().substr(0, sent);
    }
  }
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    EXPECT_FALSE(expected[i].empty());
    EXPECT_EQ(pairs[i].received(), expected[i]);
  }
}

TEST_P(SendBatchTest, AFullSocketDoesNotHoldBackItsNeighbours) {
  std::vector<Pair> pairs(5);
  pairs[2].shrink_buffer();
  const Message filler({std::string(1'000'000, 'x')});
  std::vector<SendItem> fill{filler.to(pairs[2])};
  do {
    batch_->send(fill);
  } while (fill[0].result >= 0);

  const Message message({"still ", "here"});
  std::vector<SendItem> items;
  for (const Pair& pair : pairs) items.push_back(message.to(pair));
  batch_->send(items);
  EXPECT_EQ(items[2].result, -EAGAIN);
  for (const std::size_t i : {0, 1, 3, 4}) EXPECT_EQ(pairs[i].received(), "still here");
}

TEST_P(SendBatchTest, AClosedPeerIsAResultAndNoSignal) {
  ASSERT_NE(::signal(SIGPIPE, SIG_DFL), SIG_ERR);
  std::vector<Pair> pairs(5);
  pairs[1].close_reader();
  pairs[3].close_reader();
  const Message message({"hello"});
  const Message pieces({"hel", "lo"});
  std::vector<SendItem> items;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    items.push_back((i == 1 ? message : pieces).to(pairs[i]));
  }
  batch_->send(items);
  EXPECT_EQ(items[1].result, -EPIPE);
  EXPECT_EQ(items[3].result, -EPIPE);
  for (const std::size_t i : {0, 2, 4}) EXPECT_EQ(pairs[i].received(), "hello");
}

TEST_P(SendBatchTest, ABadDescriptorIsAResult) {
  std::vector<Pair> pairs(3);
  const Message message({"hello"});
  std::vector<SendItem> items{message.to(pairs[0]), message.to(pairs[1]), message.to(pairs[2])};
  items[0].fd = -1;
  batch_->send(items);
  EXPECT_EQ(items[0].result, -EBADF);
  EXPECT_EQ(pairs[1].received(), "hello");
  EXPECT_EQ(pairs[2].received(), "hello");
}

TEST_P(SendBatchTest, TooManyPiecesAreAResult) {
  std::vector<Pair> pairs(3);
  const Message message(std::vector<std::string>(IOV_MAX + 1, "x"));
  std::vector<SendItem> items;
  for (const Pair& pair : pairs) items.push_back(message.to(pair));
  batch_->send(items);
  for (const SendItem& item : items) EXPECT_EQ(item.result, -EMSGSIZE);
}

TEST_P(SendBatchTest, MayBeUsedByAnotherThreadThanMadeIt) {
  std::vector<Pair> pairs(8);
  const Message message({"hello"});
  std::vector<SendItem> items;
  for (const Pair& pair : pairs) items.push_back(message.to(pair));
  const std::string_view name_before = batch_->name();
  std::jthread([&] { batch_->send(items); }).join();
  for (Pair& pair : pairs) EXPECT_EQ(pair.received(), "hello");
  EXPECT_EQ(batch_->name(), name_before) << "the ring must not have been given up";
}

// A ring that fails, as it does when it is used from two threads, must cost speed and not bytes.
TEST_P(SendBatchTest, DeliversAlsoWhenTheRingFails) {
  std::vector<Pair> pairs(9);
  const Message message({"hel", "lo"});
  std::vector<SendItem> items;
  for (const Pair& pair : pairs) items.push_back(message.to(pair));
  batch_->send(items);
  std::jthread([&] { batch_->send(items); }).join();
  for (const SendItem& item : items) EXPECT_EQ(item.result, 5);
  for (Pair& pair : pairs) EXPECT_EQ(pair.received(), "hellohello");
}

// Random batches to readers that drain at random: what arrives is what was accepted, in order.
TEST_P(SendBatchTest, LosesAndDoublesNothingUnderRandomLoad) {
  std::mt19937 random(20'240'607);  // NOLINT(cert-msc51-cpp): the same load every time
  const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random()) % limit; };
  std::vector<Pair> pairs(20);
  for (Pair& pair : pairs) pair.shrink_buffer();
  std::vector<std::string> accepted(pairs.size());
  std::vector<std::string> received(pairs.size());
  std::size_t partial = 0;
  for (int round = 0; round < 500; ++round) {
    std::vector<Message> messages;
    std::vector<std::size_t> targets;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      if (below(3) == 0) continue;
      std::vector<std::string> pieces(1 + below(8));
      for (std::string& piece : pieces) {
        piece.assign(below(2'000), static_cast<char>('a' + below(26)));
      }
      messages.emplace_back(std::move(pieces));
      targets.push_back(i);
    }
    std::vector<SendItem> items;
    for (std::size_t i = 0; i < targets.size(); ++i) {
      items.push_back(messages[i].to(pairs[targets[i]]));
    }
    batch_->send(items);
    for (std::size_t i = 0; i < targets.size(); ++i) {
      const std::string whole = messages[i].whole();
      ASSERT_TRUE(items[i].result >= 0 || items[i].result == -EAGAIN) << items[i].result;
      const auto sent = static_cast<std::size_t>(std::max(items[i].result, 0));
      partial += sent < whole.size() ? 1 : 0;
      accepted[targets[i]] += whole.substr(0, sent);
    }
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      if (below(4) == 0) received[i] += pairs[i].received();
    }
  }
  for (std::size_t i = 0; i < pairs.size(); ++i) received[i] += pairs[i].received();
  EXPECT_EQ(received, accepted);
  EXPECT_GT(partial, 0U) << "the load never filled a socket";
}

TEST(MakeSendBatch, AutomaticAlwaysGivesOne) {
  const auto batch = make_send_batch(SendBatchKind::automatic);
  ASSERT_TRUE(batch);
  const bool ring_works = make_send_batch(SendBatchKind::io_uring).has_value();
  EXPECT_EQ((*batch)->name(), ring_works ? "io_uring" : "sendmsg");
}

TEST(MakeSendBatch, SaysWhyIoUringCannotBeUsedAndWhatToDo) {
  const auto batch = make_io_uring_batch(3'000'000'000U);  // more than any kernel grants
  ASSERT_FALSE(batch);
  EXPECT_NE(batch.error().find("io_uring_setup: "), std::string::npos);
  EXPECT_NE(batch.error().find("use --send-batch sendmsg"), std::string::npos);
}

}  // namespace
}  // namespace river::net
