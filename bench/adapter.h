// Adapter: all that the client has to know of the protocol of the server that it measures. Write
// another one to measure another server: README.md says how.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace river::bench {

struct Options;

// What a message says to the bench.
enum class Said : std::uint8_t {
  switched,  // the answer 101 to the handshake, which is no message
  welcome,   // the server's first message
  authenticated,
  subscribed,    //
  unsubscribed,  //
  event,         //
  presence,      // members came or left
  members,       // a list of members
  ping,          // wants a `pong()`
  refused,       // an error
  other,
};

// Points into the message.
struct Message {
  Said said = Said::other;
  std::string_view channel = {};  // empty: the only one
  std::string_view epoch = {};    // subscribed
  std::uint64_t number = 0;       // event, subscribed: where in the channel. Grows by one an event
  std::optional<bool> recovered = {};  // subscribed, to somebody who resumed
};

// A channel that a client wants, and how far it has come there.
struct Wish {
  std::string_view channel;
  std::string_view epoch;  // empty: it was never there
  std::uint64_t number;
};

// Who a client is.
struct Identity {
  int user = 0;
  bool grants = false;  // its token names what it may do, as presence channels need
};

// One step of a client's way in: what it sends, and what it then waits for, how often.
struct Step {
  std::string bytes;
  Said until;
  int count = 1;
};

class Adapter {
 public:
  Adapter() = default;
  Adapter(const Adapter&) = delete;
  Adapter& operator=(const Adapter&) = delete;
  virtual ~Adapter() = default;

  // From the WebSocket handshake to the last subscription.
  [[nodiscard]] virtual std::vector<Step> way_in(const Identity& identity,
                                                 std::span<const Wish> wishes) const = 0;
  // Whether the server takes frames that come together with the handshake. RFC 6455 has the client
  // wait for the answer.
  [[nodiscard]] virtual bool may_pipeline() const { return true; }
  // Takes the first message off a frame's payload. Most servers send one a frame.
  [[nodiscard]] virtual std::string_view take_message(std::string_view& payload) const {
    return std::exchange(payload, {});
  }
  [[nodiscard]] virtual Message read(std::string_view message) const = 0;
  [[nodiscard]] virtual std::string pong() const = 0;

  // A publisher's way in, before its first publication; empty where publications are requests.
  [[nodiscard]] virtual std::vector<Step> publisher_way_in() const = 0;
  // The `number`th publication, counted from 1, of `data`, which is JSON.
  [[nodiscard]] virtual std::string publication(std::string_view channel, std::string_view data,
                                                std::uint64_t number) const = 0;
  // The data of an event that is a frame of `wire_bytes`, once its number has six digits.
  [[nodiscard]] virtual std::string data_for(std::string_view channel, std::size_t wire_bytes,
                                             bool compressible) const = 0;
  // Whether each publication is answered by HTTP.
  [[nodiscard]] virtual bool publications_are_requests() const = 0;
};

// By `options.adapter`. `api_key` and `jwt_secret` are those of a River.
[[nodiscard]] std::unique_ptr<Adapter> make_adapter(const Options& options,
                                                    std::string_view api_key,
                                                    std::string_view jwt_secret);

}  // namespace river::bench
