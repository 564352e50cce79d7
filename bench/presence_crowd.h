// PresenceCrowd: the clients of presence-storm: each keeps its view of who is there, as an
// application would: the list in `subscribed`, further pages of it, then notices.
//
// Borrows: the crowd.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crowd.h"
#include "latencies.h"
#include "member_view.h"
#include "presence_message.h"

namespace river::bench {

// What has come, to all clients together.
struct PresenceCounts {
  std::uint64_t joins = 0;  // clients that are in
  std::uint64_t leaves = 0;
  std::uint64_t messages = 0;      // with notices
  std::uint64_t join_notices = 0;  // members that they name
  std::uint64_t leave_notices = 0;
  std::uint64_t listed = 0;  // members in lists
};

class PresenceCrowd final : public ClientListener {
 public:
  PresenceCrowd(Crowd& crowd, int clients, std::string channel, std::string second_channel);

  // The next client comes; it was due at `due`.
  void join(std::uint64_t due);
  // The next in order of joining takes its second channel, and leaves once it has it.
  void leave();

  [[nodiscard]] const PresenceCounts& counts() const { return counts_; }
  // From when it was due until a client is subscribed.
  [[nodiscard]] const Latencies& join_latencies() const { return join_latencies_; }
  // Of those that are here, how many see others than those that are here.
  [[nodiscard]] std::uint64_t wrong_views();

  void on_open(Client& client) override;
  void on_message(Client& client, const Message& message, std::string_view payload) override;

 private:
  void take_list(Client& client, bool more_follows);

  Crowd& crowd_;
  std::string channel_;
  std::string second_channel_;
  std::vector<MemberView> views_;  // by user, as the following
  std::vector<std::uint64_t> due_;
  MemberView present_;
  std::size_t started_ = 0;
  std::size_t leaving_ = 0;
  PresenceMessage message_;
  PresenceCounts counts_;
  Latencies join_latencies_;
};

}  // namespace river::bench
