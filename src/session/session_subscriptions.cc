// The part of Session that listens to channels: what the client asks the hub for, and what the hub
// answers.
#include <algorithm>
#include <utility>

#include "protocol/events.h"
#include "session/page.h"
#include "session/session.h"

namespace river::session {
namespace {

using protocol::ErrorCode;

}  // namespace

void Session::execute(const protocol::Subscribe& command) {
  const ChannelRule rule = context_.hub.rules().rule_for(command.channel);
  if (!may(auth::Action::subscribe, command.channel, rule)) {
    send_error(command.id, ErrorCode::forbidden,
               "the token grants no subscribe on " + std::string(command.channel), command.channel);
    return;
  }
  if (rule.kind.presence && user_id().empty()) {
    send_error(command.id, ErrorCode::forbidden,
               "a presence channel needs a token with a user (sub)", command.channel);
    return;
  }
  if (context_.hub.is_subscribed(*this, command.channel)) {
    send_error(command.id, ErrorCode::already_subscribed, {}, command.channel);
    return;
  }
  if (subscriptions.size() >= context_.settings.subscriptions_max) {
    send_error(command.id, ErrorCode::too_many_subscriptions, {}, command.channel);
    return;
  }
  hub::SubscribeOptions options;
  options.since = command.since;
  options.rewind = command.rewind.value_or(0);
  // A cache channel shows its last event first, unless the client says what it has already.
  if (rule.kind.cache && !command.since.has_value() && !command.rewind.has_value()) {
    options.rewind = 1;
  }
  options.request = command.id.value_or(no_request);
  if (rule.kind.presence) {
    options.members = true;
    options.join = broker::Member{std::string(user_id()), claims().info};
  }
  context_.hub.subscribe(*this, command.channel, std::move(options));
}

void Session::execute(const protocol::Unsubscribe& command) {
  const ChannelRule rule = context_.hub.rules().rule_for(command.channel);
  if (!context_.hub.unsubscribe(*this, command.channel)) {
    send_error(command.id, ErrorCode::not_subscribed, {}, command.channel);
    return;
  }
  if (rule.kind.presence) leave_presence(command.channel);
  protocol::append_unsubscribed(scratch(), command.id, command.channel);
  send_scratch();
}

// ── What the hub says ──

void Session::deliver(const SharedBytes& chunk) {
  if (state_ != State::closed) output_.send_chunk(chunk);
}

void Session::on_subscribed(const hub::Channel& channel, const hub::SubscribeAnswer& answer) {
  if (state_ == State::closed) return;
  std::span<const broker::Publication> events = answer.events;
  std::optional<bool> recovered = answer.recovered;
  // What was missed must fit into the outbox at once, with what it missed in other channels: of
  // more than that the client reloads its state. Else who missed much would be taken for a slow
  // reader, would come back, and would miss the same again.
  const std::size_t fitting = count_fitting(events, page_room());
  if (fitting < events.size()) {
    if (recovered.has_value()) {
      recovered = false;
      events = {};
    } else {
      events = events.last(fitting);
    }
  }
  if (recovered.has_value()) {
    (*recovered ? context_.metrics.snapshots_recovered : context_.metrics.snapshots_not_recovered)
        .add();
  }
  protocol::SubscribedAnswer message;
  if (answer.request != no_request) message.id = answer.request;
  message.channel = channel.name();
  message.position = answer.position;
  message.recovered = recovered;
  if (!recovered.has_value() && !events.empty()) message.rewound_to = events.front().offset - 1;
  std::vector<protocol::Member> members;
  if (answer.members != nullptr) {
    members = views_of(answer.members->members, page_room());
    message.members = members;
    message.member_count = answer.members->member_count;
  }
  protocol::append_subscribed(scratch(), message);
  send_scratch();
  if (!events.empty()) {
    output_.send_chunk(context_.hub.dialect(dialect).events_for_one(channel.name(),
                                                                    answer.position.epoch, events));
    context_.metrics.deliveries.add(events.size());
  }
  output_.mark_position();
}

void Session::on_subscribe_failed(std::string_view channel, std::uint64_t request,
                                  broker::BrokerError error) {
  if (state_ == State::closed) return;
  // It may have joined before it failed.
  if (context_.hub.rules().rule_for(channel).kind.presence) leave_presence(channel);
  const protocol::CommandId id =
      request == no_request ? protocol::CommandId() : protocol::CommandId(request);
  if (error == broker::BrokerError::too_many_channels) {
    send_error(id, ErrorCode::unavailable, "the server holds no more channels", channel);
  } else {
    send_error(id, ErrorCode::unavailable, {}, channel);
  }
}

void Session::on_resync(const hub::Channel& channel, Position position) {
  if (state_ == State::closed) return;
  context_.metrics.snapshots_not_recovered.add();
  protocol::SubscribedAnswer message;
  message.channel = channel.name();
  message.position = position;
  message.recovered = false;
  protocol::append_subscribed(scratch(), message);
  send_scratch();
  output_.mark_position();
}

void Session::leave_presence(std::string_view channel) {
  context_.hub.broker().leave(std::string(channel), std::string(user_id()), connection);
}

}  // namespace river::session
