#include "net/listener.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/loop_for_test.h"
#include "net/no_descriptors_for_test.h"
#include "net/peer_for_test.h"

namespace river::net {
namespace {

using testing::HasSubstr;

class ListenerTest : public testing::Test {
 protected:
  ~ListenerTest() override {
    thread_.stop();
    listener_.reset();
  }

  void listen(std::string_view address = "127.0.0.1:0") {
    auto opened = Listener::open(*thread_.loop, Address::parse(address).value(),
                                 [this](FileDescriptor socket, const Address& peer) {
                                   notes_.add(peer.is_loopback() ? "accepted" : "a stranger");
                                   accepted_.push_back(std::move(socket));
                                 });
    ASSERT_TRUE(opened.has_value()) << opened.error();
    listener_ = std::move(*opened);
    listener_->start();
    thread_.start();
  }

  // On the loop.
  [[nodiscard]] std::uint64_t turns() const {
    std::uint64_t turns = 0;
    for (std::size_t i = 0; i < Histogram::bucket_count; ++i) {
      turns += thread_.metrics.turn.bucket(i);
    }
    return turns;
  }

  Notes notes_;
  LoopThread thread_;
  std::vector<FileDescriptor> accepted_;  // touched by the loop only
  std::unique_ptr<Listener> listener_;
};

TEST_F(ListenerTest, AcceptsOnThePortThatItSays) {
  listen();
  EXPECT_NE(listener_->address().port(), 0);
  const Peer one = Peer::connect(listener_->address());
  const Peer two = Peer::connect(listener_->address());
  EXPECT_TRUE(notes_.wait_for("accepted", 2));
}

TEST_F(ListenerTest, AcceptsOverIPv6) {
  if (!Listener::open(*thread_.loop, Address::parse("[::1]:0").value(), {}).has_value()) {
    GTEST_SKIP() << "there is no IPv6 here";
  }
  listen("[::1]:0");
  const Peer peer = Peer::connect(listener_->address());
  EXPECT_TRUE(notes_.wait_for("accepted"));
}

TEST_F(ListenerTest, SharesItsPortWithTheOtherLoops) {
  listen();
  const auto second = Listener::open(*thread_.loop, listener_->address(), {});
  ASSERT_TRUE(second.has_value()) << second.error();
  EXPECT_EQ((*second)->address(), listener_->address());
}

TEST_F(ListenerTest, SaysWhereItCannotListen) {
  FileDescriptor other(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const SocketAddress any_port = Address::parse("127.0.0.1:0").value().socket_address();
  ASSERT_EQ(::bind(other.get(), any_port.get(), any_port.size), 0);
  ASSERT_EQ(::listen(other.get(), 1), 0);
  SocketAddress taken;
  taken.size = sizeof taken.storage;
  ::getsockname(other.get(), reinterpret_cast<sockaddr*>(&taken.storage), &taken.size);

  const Address address = Address::from(taken.storage).value();
  const auto opened = Listener::open(*thread_.loop, address, {});
  ASSERT_FALSE(opened.has_value());
  EXPECT_THAT(opened.error(), HasSubstr("cannot listen on " + address.text()));
}

TEST_F(ListenerTest, AcceptsManyThatCameTogetherInFewTurns) {
  constexpr std::ptrdiff_t peers_max = 50;
  auto opened = Listener::open(*thread_.loop, Address::parse("127.0.0.1:0").value(),
                               [this](FileDescriptor socket, const Address& /*peer*/) {
                                 accepted_.push_back(std::move(socket));
                                 if (accepted_.size() == peers_max) thread_.loop->stop();
                               });
  ASSERT_TRUE(opened.has_value()) << opened.error();
  listener_ = std::move(*opened);
  listener_->start();
  std::vector<Peer> peers;  // they wait in the kernel: the loop does not run yet
  for (int i = 0; i < peers_max; ++i) peers.push_back(Peer::connect(listener_->address()));
  thread_.start();
  thread_.join();
  EXPECT_EQ(thread_.loop->turn_number(), 2U) << "one to see that there are more";
}

TEST_F(ListenerTest, RefusesClientsWhileThereAreNoDescriptors) {
  listen();
  std::vector<FileDescriptor> sockets;
  for (int i = 0; i < 3; ++i) {
    sockets.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  }
  const SocketAddress where = listener_->address().socket_address();
  std::vector<Peer> peers;  // none of their descriptors comes free
  {
    const NoDescriptorsLeft none;
    for (FileDescriptor& socket : sockets) {
      ASSERT_EQ(::connect(socket.get(), where.get(), where.size), 0);
      EXPECT_EQ(peers.emplace_back(std::move(socket)).receive_all(), "") << "not left waiting";
    }
  }
  thread_.on_loop([this] { EXPECT_TRUE(accepted_.empty()); });
  EXPECT_EQ(thread_.metrics.connections_refused.value(), 3U);
  const Peer later = Peer::connect(listener_->address());
  EXPECT_TRUE(notes_.wait_for("accepted"));
}

// A listener whose spare descriptor somebody else had got kept its loop spinning.
TEST_F(ListenerTest, RestsWhenItCanNotEvenRefuseAndGetsItsSpareAgain) {
  FileDescriptor waiting(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  {
    const NoDescriptorsLeft none(1);
    listen();  // with the one that is left: none is to spare
    const SocketAddress where = listener_->address().socket_address();
    ASSERT_EQ(::connect(waiting.get(), where.get(), where.size), 0);
    Loop& loop = *thread_.loop;
    const std::uint64_t before = thread_.on_loop([this] { return turns(); });
    thread_.on_loop([&] {
      loop.call_at(loop.now() + 3 * Listener::rest_time, [this] { notes_.add("rested"); });
    });
    ASSERT_TRUE(notes_.wait_for("rested"));
    EXPECT_LT(thread_.on_loop([this] { return turns(); }) - before, 50U);
    EXPECT_EQ(notes_.count("accepted"), 0);
  }
  EXPECT_TRUE(notes_.wait_for("accepted")) << "it waited for better times";

  FileDescriptor refused(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const SocketAddress where = listener_->address().socket_address();
  const NoDescriptorsLeft none;
  ASSERT_EQ(::connect(refused.get(), where.get(), where.size), 0);
  EXPECT_EQ(Peer(std::move(refused)).receive_all(), "");
}

}  // namespace
}  // namespace river::net
