// Client: one client of a crowd. It never waits: it does what its socket has for it, as little work
// a message as can be, but looks at every offset of every subscription.
//
// Owns: its connection. Borrows: what all clients of the crowd share.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "adapter.h"
#include "inflate_cache.h"
#include "offset_check.h"
#include "options.h"
#include "server_frame.h"
#include "stream.h"
#include "tally.h"

namespace river::bench {

class Client;

// What a scenario wants to know. By default a client that is closed or refused is an error.
class ClientListener {
 public:
  virtual ~ClientListener() = default;
  virtual void on_open(Client& /*client*/) {}
  virtual void on_event(Client& /*client*/, const Message& /*message*/) {}
  // Everything that is not part of a client's way in and no event.
  virtual void on_message(Client& /*client*/, const Message& /*message*/,
                          std::string_view /*payload*/) {}
  // `code` is that of the close frame; 1006 if there was none, 1005 if it had none.
  virtual void on_closed(Client& client, int code);
};

struct CrowdShared {
  const Adapter& adapter;
  Stream::Target target;
  Pipelining pipelined = Pipelining::none;  // `all`: where the server takes it
  Tally tally = {};
  std::uint64_t pings = 0;
  std::uint64_t recovered = 0;      // subscriptions
  std::uint64_t not_recovered = 0;  //
  std::uint64_t tls_resumed = 0;
  std::uint64_t compressed = 0;  // messages
  InflateCache inflater = {};
};

class Client {
 public:
  struct Subscription {
    std::string channel;
    std::string epoch = {};
    OffsetCheck check = {};
  };

  enum class State : std::uint8_t { away, on_its_way, open };

  Client(CrowdShared& shared, const Identity& identity, const std::vector<std::string>& channels);

  // Connects and sets out on its way in. One that was there before resumes.
  void start();
  // Reads once what is there. `listener` hears of it.
  void read(char* buffer, std::size_t size, ClientListener& listener);
  // False: the connection is gone, which the next read will find too.
  bool send(std::string_view frame) { return stream_.write(frame); }
  void subscribe(std::string_view channel);
  // Without and with a goodbye.
  void cut();
  void close();
  // It will come as one who has never been there.
  void forget();

  [[nodiscard]] int fd() const { return stream_.fd(); }
  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] const Identity& identity() const { return identity_; }
  [[nodiscard]] std::vector<Subscription>& subscriptions() { return subscriptions_; }

 private:
  void take_bytes(std::string_view& bytes, ClientListener& listener);
  [[nodiscard]] bool take_handshake(std::string_view& bytes, ClientListener& listener);
  void take_messages(std::string_view payload, ClientListener& listener);
  void take_message(std::string_view payload, ClientListener& listener);
  void take_subscribed(const Message& message);
  void take_step(Said said, ClientListener& listener);
  void end(int code, ClientListener& listener);
  [[nodiscard]] Subscription& find(std::string_view channel);
  [[nodiscard]] std::vector<Step> way_in() const;
  [[nodiscard]] Pipelining pipelining() const {
    const bool never = shared_.pipelined == Pipelining::all && !shared_.adapter.may_pipeline();
    return never ? Pipelining::none : shared_.pipelined;
  }
  // The next step, or all that are ahead.
  void send_steps(bool all);

  CrowdShared& shared_;
  Stream stream_;
  State state_ = State::away;
  bool switched_ = false;  // frames follow
  bool all_sent_ = false;  // of the steps
  int close_code_ = 0;
  std::uint32_t last_found_ = 0;
  Identity identity_;
  std::vector<Step> steps_;  // still ahead, the next one last
  std::string partial_;      // an unfinished frame
  std::vector<Subscription> subscriptions_;
};

}  // namespace river::bench
