// For tests: a loop with connections on it, in clear or TLS, by either way of sending.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/connection.h"
#include "net/loop_for_test.h"
#include "net/peer_for_test.h"
#include "net/probe_for_test.h"
#include "net/tls_peer_for_test.h"

namespace river::net {

struct Way {
  SendBatchKind sending;
  bool tls;
};

class ConnectionFixture : public testing::TestWithParam<Way> {
 protected:
  void SetUp() override {
    if (thread_.loop == nullptr) GTEST_SKIP() << "io_uring is not to be had here";
    thread_.loop->set_connection_closed(
        [this](std::uint64_t limit_key) { notes_.add("key " + std::to_string(limit_key)); });
    thread_.start();
  }

  // A connection on the loop has this end; `name` goes before its notes.
  void adopt(FileDescriptor ours, Probe::Reactions reactions = {}, std::string name = {}) {
    auto tls = GetParam().tls ? tls_.context().accept(ours.get()) : nullptr;
    auto probe = std::make_unique<Probe>(notes_, std::move(reactions), std::move(name));
    thread_.on_loop([&] {
      connection_ = &thread_.loop->adopt(std::make_unique<Connection>(
          *thread_.loop, std::move(ours), 42, limits_, std::move(tls), std::move(probe)));
      connection_->start();
    });
  }
  std::unique_ptr<Peer> connect(Probe::Reactions reactions = {}, std::string name = {}) {
    auto [ours, theirs] = make_pair_of_sockets();
    adopt(std::move(ours), std::move(reactions), std::move(name));
    if (!GetParam().tls) return std::make_unique<Peer>(std::move(theirs));
    return std::make_unique<TlsPeer>(std::move(theirs));
  }

  // On the loop, with the connection that was made last.
  template <typename Work>
  void with_connection(Work work) {
    thread_.on_loop([&] { work(*connection_); });
  }
  [[nodiscard]] static std::string chunk(std::size_t number) {
    std::string text = std::to_string(number) + ':';
    text.resize(1000, static_cast<char>('a' + number % 26));
    return text;
  }

  OutboxLimits limits_;
  Notes notes_;
  TlsServer tls_;
  LoopThread thread_{GetParam().sending};  // ends before what its connections use
  Connection* connection_ = nullptr;
};

inline std::string name_of(const testing::TestParamInfo<Way>& info) {
  const std::string sending = info.param.sending == SendBatchKind::sendmsg ? "sendmsg" : "io_uring";
  return sending + (info.param.tls ? "_tls" : "");
}

}  // namespace river::net
