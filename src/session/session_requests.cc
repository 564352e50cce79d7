// The part of Session that asks the broker for its client: publish, history and presence. The
// answer may come when the session is gone.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "protocol/events.h"
#include "session/page.h"
#include "session/session.h"

namespace river::session {
namespace {

using protocol::ErrorCode;

}  // namespace

void Session::execute(const protocol::Publish& command) {
  const ChannelRule rule = context_.hub.rules().rule_for(command.channel);
  if (!may(auth::Action::publish, command.channel, rule)) {
    send_error(command.id, ErrorCode::forbidden,
               "the token grants no publish on " + std::string(command.channel));
    return;
  }
  // The server's last moment: let in, it could be made without an answer.
  if (!context_.hub.broker().ready()) {
    send_error(command.id, ErrorCode::unavailable);
    return;
  }
  broker::PublishRequest request;
  request.channel = command.channel;
  request.content = broker::EventBytes(command.event, command.data);
  request.by_client = true;
  // No client can use up an id that another user will send. Anonymous ones, who may be anybody, are
  // told apart by their connections; no user's name begins with a NUL.
  if (!command.publication_id.empty()) {
    const std::string name =
        user_id().empty() ? '\0' + connection_id_text(connection) : std::string(user_id());
    request.id = fmt::format("{}{}{}", name, '\0', command.publication_id);
  }
  request.received_at = steady_nanoseconds();
  context_.hub.broker().publish(std::move(request), [weak = self(), id = command.id](auto answer) {
    const auto session = weak.lock();
    if (session == nullptr) return;
    Session& self = **session;
    if (!answer.has_value()) {
      self.send_error(id, ErrorCode::unavailable);
    } else if (id.has_value()) {
      protocol::append_ok(self.scratch(), id, *answer);
      self.send_scratch();
    }
  });
}

// The answer to a question for a page that was paid for: `send` it, or say that there is none.
template <typename Page, typename Send>
broker::Answer<Page> Session::page_answer(protocol::CommandId id, std::uint32_t paid, Send send) {
  return [weak = self(), id, paid, send = std::move(send)](auto answer) {
    const auto session = weak.lock();
    if (session == nullptr) return;
    Session& self = **session;
    if (!answer.has_value()) {
      self.messages_.give_back(paid);
      self.send_error(id, ErrorCode::unavailable);
      return;
    }
    send(self, *answer);
    self.settle(paid);
  };
}

void Session::execute(const protocol::History& command, TimePoint now) {
  const ChannelRule rule = context_.hub.rules().rule_for(command.channel);
  if (!may(auth::Action::history, command.channel, rule)) {
    send_error(command.id, ErrorCode::forbidden,
               "the token grants no history on " + std::string(command.channel));
    return;
  }
  const auto paid = pay_for_page(command.id, command.limit, context_.settings.data_bytes_max, now);
  if (!paid.has_value()) return;
  const auto send = [id = command.id, channel = std::string(command.channel)](
                        Session& self, const broker::HistoryPage& page) {
    self.send_history(id, channel, page);
  };
  context_.hub.broker().history(std::string(command.channel), command.before, command.limit,
                                page_answer<broker::HistoryPage>(command.id, *paid, send));
}

void Session::send_history(protocol::CommandId id, std::string_view channel,
                           const broker::HistoryPage& page) {
  std::vector<protocol::HistoryEvent> events;
  std::size_t bytes = 0;
  bool more = page.more;
  const std::size_t room = page_room();
  for (const broker::Publication& publication : page.events) {
    bytes += event_bytes(publication);
    // A page that would fill the outbox is cut short: the client asks for the rest.
    if (bytes > room && !events.empty()) {
      more = true;
      break;
    }
    events.push_back({publication.content.event(), publication.content.data(), publication.offset,
                      publication.time / 1000});
  }
  protocol::append_history(scratch(), {id, channel, page.epoch, events, more});
  send_scratch();
}

void Session::execute(const protocol::Presence& command, TimePoint now) {
  const ChannelRule rule = context_.hub.rules().rule_for(command.channel);
  if (!rule.kind.presence) {
    send_error(command.id, ErrorCode::invalid_channel,
               "only presence channels have members: presence-…");
    return;
  }
  // Who is in the room sees who is there.
  if (!context_.hub.is_subscribed(*this, command.channel) &&
      !may(auth::Action::presence, command.channel, rule)) {
    send_error(command.id, ErrorCode::forbidden,
               "the token grants no presence on " + std::string(command.channel));
    return;
  }
  const std::uint32_t limit = std::min(command.limit, context_.settings.members_listed_max);
  const auto paid = pay_for_page(command.id, limit, member_bytes_max, now);
  if (!paid.has_value()) return;
  const auto send = [id = command.id, channel = std::string(command.channel)](
                        Session& self, const broker::MemberPage& page) {
    self.send_members(id, channel, page);
  };
  context_.hub.broker().members(std::string(command.channel), std::string(command.after), limit,
                                page_answer<broker::MemberPage>(command.id, *paid, send));
}

void Session::send_members(protocol::CommandId id, std::string_view channel,
                           const broker::MemberPage& page) {
  const std::vector<protocol::Member> members = views_of(page.members, page_room());
  // Cut short: the rest is the next page.
  const bool cut = members.size() < page.members.size();
  const std::string_view next = cut ? members.back().id : std::string_view(page.next);
  protocol::append_members(scratch(), {id, channel, members, page.member_count, next});
  send_scratch();
}

// ── What a page costs ──

// With what waits already it has half of the outbox, so that who asks for several at once is not
// taken for a slow reader.
std::size_t Session::page_room() const {
  const std::size_t room = context_.settings.outbox_bytes_max / 2;
  return room - std::min(room, output_.queued_bytes());
}

// Pays for the largest page that may come, beyond the message that asks for it, which is paid for.
// No more than a client can have at all, so that it may ask for any page at some time.
std::optional<std::uint32_t> Session::pay_for_page(protocol::CommandId id, std::size_t rows,
                                                   std::size_t row_bytes, TimePoint now) {
  const Rate& rate = context_.settings.messages;
  const std::size_t bytes_max = context_.settings.outbox_bytes_max / 2;
  const std::uint32_t cost =
      std::min(message_cost(std::min(rows * row_bytes, bytes_max)), std::max(rate.burst, 1U));
  if (!messages_.take(rate, now, cost - 1)) {
    send_error(id, ErrorCode::rate_limited);
    return std::nullopt;
  }
  return cost - 1;
}

// Gives back what the page that was sent did not need: what may come is mostly far more than what
// does.
void Session::settle(std::uint32_t paid) {
  const std::uint32_t needed = message_cost(context_.scratch.size()) - 1;
  messages_.give_back(paid - std::min(paid, needed));
}

}  // namespace river::session
