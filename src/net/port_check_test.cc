#include "net/port_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "net/file_descriptor.h"

namespace river::net {
namespace {

// Listens as a loop does; `address` gets the port.
FileDescriptor listen_and_share(Address& address) {
  const SocketAddress where = address.socket_address();
  FileDescriptor socket(::socket(where.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  EXPECT_EQ(::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), 0);
  EXPECT_EQ(::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on), 0);
  EXPECT_EQ(::bind(socket.get(), where.get(), where.size), 0);
  EXPECT_EQ(::listen(socket.get(), 1), 0);
  SocketAddress real;
  real.size = sizeof real.storage;
  EXPECT_EQ(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&real.storage), &real.size), 0);
  address = *Address::from(real.storage);
  return socket;
}

TEST(PortCheck, FindsAListenerThatWouldShare) {
  Address address = *Address::parse("127.0.0.1:0");
  FileDescriptor listener = listen_and_share(address);
  const auto taken = check_port_is_free(address);
  ASSERT_FALSE(taken.has_value());
  EXPECT_THAT(taken.error(), testing::HasSubstr("already in use; end the process that does"));
  listener.reset();
  EXPECT_TRUE(check_port_is_free(address).has_value());
}

TEST(PortCheck, TakesAnyPort) {
  EXPECT_TRUE(check_port_is_free(*Address::parse("127.0.0.1:0")).has_value());
}

}  // namespace
}  // namespace river::net
