#include "presence_crowd.h"

#include <utility>

#include <fmt/format.h>

#include "base/clock.h"
#include "client_frame.h"

namespace river::bench {

PresenceCrowd::PresenceCrowd(Crowd& crowd, int clients, std::string channel,
                             std::string second_channel)
    : crowd_(crowd),
      channel_(std::move(channel)),
      second_channel_(std::move(second_channel)),
      views_(static_cast<std::size_t>(clients), MemberView(static_cast<std::size_t>(clients))),
      due_(static_cast<std::size_t>(clients)),
      present_(static_cast<std::size_t>(clients)) {
  for (int i = 0; i < clients; ++i) crowd.add({.user = i, .grants = true}, {channel_});
}

void PresenceCrowd::join(std::uint64_t due) {
  due_[started_] = due;
  crowd_.start(crowd_[started_++]);
}

void PresenceCrowd::leave() {
  crowd_[leaving_++].subscribe(second_channel_);
}

void PresenceCrowd::on_open(Client& client) {
  const auto user = static_cast<std::size_t>(client.identity().user);
  ++counts_.joins;
  present_.add(user);
  join_latencies_.add(steady_nanoseconds() - due_[user]);
}

void PresenceCrowd::on_message(Client& client, const Message& message, std::string_view payload) {
  MemberView& view = views_[static_cast<std::size_t>(client.identity().user)];
  switch (message.said) {
    case Said::subscribed:
      if (message.channel == second_channel_) {
        present_.remove(static_cast<std::uint64_t>(client.identity().user));
        ++counts_.leaves;
        client.close();
        return;
      }
      message_.read(payload);
      take_list(client, message_.present().size() < message_.member_count());
      return;
    case Said::members:
      message_.read(payload);
      take_list(client, message_.has_next());
      return;
    case Said::presence:
      message_.read(payload);
      ++counts_.messages;
      counts_.join_notices += message_.present().size();
      counts_.leave_notices += message_.left().size();
      for (const std::uint64_t user : message_.present()) view.add(user);
      for (const std::uint64_t user : message_.left()) view.remove(user);
      return;
    case Said::switched:
    case Said::welcome:
    case Said::authenticated:
    case Said::unsubscribed:
    case Said::event:
    case Said::ping:
    case Said::refused:
    case Said::other:
      return;
  }
}

// Asks for the next page, which begins behind the last member of this one.
void PresenceCrowd::take_list(Client& client, bool more_follows) {
  MemberView& view = views_[static_cast<std::size_t>(client.identity().user)];
  counts_.listed += message_.present().size();
  for (const std::uint64_t user : message_.present()) view.add(user);
  if (!more_follows || message_.present().empty()) return;
  static_cast<void>(client.send(client_frame(
      fmt::format(R"({{"type":"presence","id":9,"channel":"{}","limit":1000,"after":"user-{}"}})",
                  channel_, message_.present().back()))));
}

std::uint64_t PresenceCrowd::wrong_views() {
  std::uint64_t wrong = 0;
  for (std::size_t i = 0; i < views_.size(); ++i) {
    if (crowd_[i].state() == Client::State::open && !(views_[i] == present_)) ++wrong;
  }
  return wrong;
}

}  // namespace river::bench
