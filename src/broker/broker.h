// Broker: the seam behind which channels get their order, their history and their members, and
// over which publications reach every loop (and, with other brokers, every node).
//
// Each loop has one Broker of its own and calls it on its own thread only. Every call may be
// answered in the same turn or much later, always on the calling loop; nothing above may assume
// which. The loop's Hub is the BrokerSink: it hears what happens on the channels that it has asked
// for.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/channel_rules.h"
#include "base/connection_id.h"
#include "base/position.h"
#include "broker/publication.h"

namespace river::broker {

enum class BrokerError : std::uint8_t {
  overloaded,   // a queue is full: nothing was done, try again soon
  unavailable,  // what orders the channel can't be reached: try again later
  too_many_channels,
};

template <typename T>
using Answer = std::move_only_function<void(std::expected<T, BrokerError>)>;

struct PublishRequest {
  std::string channel;
  EventBytes content;
  std::string id;          // empty: none. The same id is published once within the idempotency age
  bool by_client = false;  // else by a backend, whose ids are apart
  ConnectionId exclude = 0;
  std::uint64_t received_at = 0;
};

struct Member {
  std::string user;
  std::string info;  // raw JSON; empty: none
};

// Changes of one moment, together. Applying changes again, from any of them on, does no harm:
// joined sets, left clears. Applying only some of those that a snapshot already has does.
struct PresenceChange {
  std::uint64_t version = 0;  // greater than that of any change before, over all epochs
  std::vector<Member> joined;
  std::vector<std::string> left;
  std::uint64_t member_count = 0;
};

struct MemberPage {
  std::vector<Member> members;  // by user id
  std::uint64_t member_count = 0;
  std::string next;  // pass as `after` for the next page; empty: this was the last
};

struct SnapshotRequest {
  std::optional<Position> since;  // with the events missed since then
  std::uint32_t rewind = 0;       // with the last n events; not together with `since`
  bool members = false;
  // Joins the channel before the snapshot is taken, so that it contains the joiner.
  std::optional<Member> join;
  ConnectionId connection = 0;  // that joins
};

struct Snapshot {
  Position position;
  std::vector<Publication> events;  // oldest first, the last one at `position`
  bool recovered = false;           // true: events are all that came after `since`
  MemberPage members;
  std::uint64_t presence_version = 0;  // members have the changes up to this one, at least
};

struct HistoryPage {
  Epoch epoch = 0;
  std::vector<Publication> events;  // newest first
  bool more = false;                // older ones remain
};

struct ChannelCount {
  std::string channel;
  std::uint64_t subscribers = 0;
};

struct ChannelPage {
  std::vector<ChannelCount> channels;  // by name
  std::string next;                    // as in MemberPage
};

struct ChannelDetails {
  std::uint64_t subscribers = 0;
  std::optional<std::uint64_t> members;  // of presence channels only
  Position position;                     // epoch 0: nothing is known of the channel
};

// Something for all connections of one user, wherever they are.
struct UserCommand {
  enum class Kind : std::uint8_t { publish, disconnect, revoke };
  Kind kind = Kind::publish;
  std::string user;
  EventBytes content;  // publish
  UnixSeconds at = 0;  // revoke: tokens issued up to then are refused
};

// What a loop hears from its broker. Calls come on its own thread.
class BrokerSink {
 public:
  virtual ~BrokerSink() = default;
  virtual void on_publication(std::string_view channel, Epoch epoch, const Publication&) = 0;
  virtual void on_presence(std::string_view channel,
                           const std::shared_ptr<const PresenceChange>&) = 0;
  virtual void on_user_command(const UserCommand&) = 0;
  // What this loop has: the `limit` first channels by name after `after` that start with `prefix`.
  [[nodiscard]] virtual std::vector<ChannelCount> local_channels(std::string_view prefix,
                                                                 std::string_view after,
                                                                 std::size_t limit) const = 0;
  [[nodiscard]] virtual std::uint64_t local_subscribers(std::string_view channel) const = 0;
};

class Broker {
 public:
  virtual ~Broker() = default;

  // Gives the event its place; the answer comes when it has one, and history has it.
  virtual void publish(PublishRequest request, Answer<Position> answer) = 0;

  // From the snapshot on, at the latest, the sink hears of the channel, until forget().
  virtual void snapshot(std::string channel, SnapshotRequest request, Answer<Snapshot> answer) = 0;
  virtual void forget(std::string channel) = 0;
  virtual void leave(std::string channel, std::string user, ConnectionId connection) = 0;

  virtual void history(std::string channel, std::optional<Offset> before, std::size_t limit,
                       Answer<HistoryPage> answer) = 0;
  virtual void members(std::string channel, std::string after, std::size_t limit,
                       Answer<MemberPage> answer) = 0;
  virtual void channels(std::string prefix, std::string after, std::size_t limit,
                        Answer<ChannelPage> answer) = 0;
  virtual void channel(std::string channel, Answer<ChannelDetails> answer) = 0;

  // Reaches every loop's sink, also this one's.
  virtual void tell_user(UserCommand command, Answer<std::monostate> answer) = 0;

  // Can it order and deliver what is asked from now on? For /readyz, and to let in no publication
  // that would be lost.
  [[nodiscard]] virtual bool ready() const = 0;
};

}  // namespace river::broker
