#include "session/session.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "base/assert.h"
#include "base/hash.h"
#include "base/random.h"
#include "protocol/close_codes.h"
#include "protocol/events.h"

namespace river::session {
namespace {

using protocol::CloseCode;
using protocol::ErrorCode;

CloseCause cause_of(CloseCode code) {
  switch (code) {
    case CloseCode::normal:
      return CloseCause::client;
    case CloseCode::going_away:
      return CloseCause::going_away;
    case CloseCode::message_too_large:
      return CloseCause::too_large;
    case CloseCode::unauthenticated:
      return CloseCause::unauthenticated;
    case CloseCode::forbidden:
      return CloseCause::forbidden;
    case CloseCode::no_pong:
      return CloseCause::no_pong;
    case CloseCode::too_fast:
      return CloseCause::too_fast;
    case CloseCode::slow_reader:
      return CloseCause::slow_reader;
    case CloseCode::over_capacity:
      return CloseCause::over_capacity;
    case CloseCode::protocol_error:
    case CloseCode::unsupported_data:
    case CloseCode::invalid_text:
    case CloseCode::policy_violation:
    case CloseCode::internal_error:
    case CloseCode::invalid_message:
      return CloseCause::protocol_error;
  }
  return CloseCause::protocol_error;
}

// What an event takes in an outbox besides its name and data, about.
constexpr std::size_t catch_up_overhead_bytes = 300;

// How many of the last events fit into `bytes_max`.
std::size_t count_fitting(std::span<const broker::Publication> events, std::size_t bytes_max) {
  std::size_t bytes = 0;
  std::size_t count = 0;
  while (count < events.size()) {
    bytes += events[events.size() - 1 - count].content.size() + catch_up_overhead_bytes;
    if (bytes > bytes_max) break;
    ++count;
  }
  return count;
}

constexpr std::size_t member_overhead_bytes = 50;

// The first members, as many as fit into `bytes_max`.
std::vector<protocol::Member> views_of(const std::vector<broker::Member>& members,
                                       std::size_t bytes_max) {
  std::vector<protocol::Member> views;
  std::size_t bytes = 0;
  for (const broker::Member& member : members) {
    bytes += member.user.size() + member.info.size() + member_overhead_bytes;
    if (bytes > bytes_max) break;
    views.push_back({member.user, member.info});
  }
  return views;
}

// Unique by chance on every loop and node, and not to be guessed: a keyed hash of a counter.
ConnectionId random_connection_id() {
  static const HashKey key{random_u64(), random_u64()};
  thread_local std::uint64_t counter = random_u64();
  ++counter;
  const auto bytes = std::bit_cast<std::array<char, sizeof counter>>(counter);
  const ConnectionId id = siphash(std::string_view(bytes.data(), bytes.size()), key);
  return id == 0 ? 1 : id;
}

void count_failure(Metrics& metrics, AuthFailure failure) {
  metrics.auth_failures[static_cast<std::size_t>(failure)].add();
}

}  // namespace

Session::Session(SessionContext& context, SessionOutput& output, hub::DialectIndex form,
                 Direction direction, TimePoint now)
    : context_(context), output_(output), last_heard_(now), direction_(direction) {
  connection = random_connection_id();
  dialect = form;
  context_.metrics.clients_open.add();
}

Session::~Session() {
  leave();
  context_.metrics.clients_open.subtract();
}

void Session::welcome() {
  protocol::append_welcome(scratch(), connection, context_.settings.auth_timeout);
  send_scratch();
}

// ── Time ──

TimePoint Session::next_deadline() const {
  if (state_ == State::connected) return last_heard_ + context_.settings.auth_timeout;
  TimePoint deadline = last_heard_ + context_.settings.ping_interval;
  if (awaiting_pong_) deadline += context_.settings.ping_timeout;
  return std::min(deadline, expires_at_);
}

void Session::heard(TimePoint now) {
  // Before authentication the clock runs from the start, whatever comes.
  if (state_ != State::authenticated) return;
  last_heard_ = now;
  awaiting_pong_ = false;
}

void Session::on_control_frame(TimePoint now) {
  if (state_ == State::closed) return;
  heard(now);
  if (!messages_.take(context_.settings.messages, now)) close(CloseCode::too_fast);
}

void Session::on_timer(TimePoint now) {
  if (state_ == State::closed || now < next_deadline()) return;
  if (state_ == State::connected) {
    count_failure(context_.metrics, AuthFailure::timed_out);
    close(CloseCode::unauthenticated, "no token came in time");
  } else if (now >= expires_at_) {
    count_failure(context_.metrics, AuthFailure::expired);
    close(CloseCode::unauthenticated, "the token has expired");
  } else if (awaiting_pong_) {
    close(CloseCode::no_pong);
  } else {
    output_.send_message(protocol::ping_message);
    if (direction_ == Direction::both) {
      awaiting_pong_ = true;
      // However late this comes, the answer has its whole time.
      last_heard_ = now - context_.settings.ping_interval;
    } else {
      last_heard_ = now;
    }
  }
}

// ── Messages ──

void Session::on_message(std::string_view payload, TimePoint now) {
  if (state_ == State::closed) return;
  context_.metrics.messages_received.add();
  heard(now);
  if (!messages_.take(context_.settings.messages, now)) {
    close(CloseCode::too_fast);
    return;
  }
  const auto command = context_.parser.parse(payload);
  if (!command.has_value() && command.error().violation) {
    close(CloseCode::invalid_message, command.error().message);
    return;
  }
  const bool is_auth = command.has_value() && std::holds_alternative<protocol::Auth>(*command);
  if (state_ == State::connected && !is_auth) {
    count_failure(context_.metrics, AuthFailure::not_first);
    close(CloseCode::unauthenticated, "the first message must be auth, with a token");
    return;
  }
  if (!command.has_value()) {
    send_error(command.error().id, command.error().code, command.error().message);
    return;
  }
  std::visit(
      [&]<typename T>(const T& typed) {
        if constexpr (std::is_same_v<T, protocol::Ping>) {
          output_.send_message(protocol::pong_message);
        } else if constexpr (std::is_same_v<T, protocol::Auth>) {
          execute(typed, now);
        } else if constexpr (!std::is_same_v<T, protocol::Pong>) {
          execute(typed);
        }
      },
      *command);
}

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
    send_error(command.id, ErrorCode::not_subscribed);
    return;
  }
  if (rule.kind.presence) leave_presence(command.channel);
  protocol::append_unsubscribed(scratch(), command.id, command.channel);
  send_scratch();
}

void Session::execute(const protocol::Publish& command) {
  const ChannelRule rule = context_.hub.rules().rule_for(command.channel);
  if (!may(auth::Action::publish, command.channel, rule)) {
    send_error(command.id, ErrorCode::forbidden,
               "the token grants no publish on " + std::string(command.channel));
    return;
  }
  broker::PublishRequest request;
  request.channel = command.channel;
  request.content = broker::EventBytes(command.event, command.data);
  // Clients have ids of their own: none can use up one that a backend, or another user, will send.
  if (!command.publication_id.empty()) {
    request.id = fmt::format("{}{}{}", user_id(), '\0', command.publication_id);
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

void Session::execute(const protocol::History& command) {
  const ChannelRule rule = context_.hub.rules().rule_for(command.channel);
  if (!may(auth::Action::history, command.channel, rule)) {
    send_error(command.id, ErrorCode::forbidden,
               "the token grants no history on " + std::string(command.channel));
    return;
  }
  context_.hub.broker().history(
      std::string(command.channel), command.before, command.limit,
      [weak = self(), id = command.id, channel = std::string(command.channel)](auto answer) {
        const auto session = weak.lock();
        if (session == nullptr) return;
        Session& self = **session;
        if (!answer.has_value()) {
          self.send_error(id, ErrorCode::unavailable);
          return;
        }
        self.send_history(id, channel, std::move(*answer));
      });
}

void Session::send_history(protocol::CommandId id, std::string_view channel,
                           broker::HistoryPage page) {
  std::vector<protocol::HistoryEvent> events;
  std::size_t bytes = 0;
  for (const broker::Publication& publication : page.events) {
    bytes += publication.content.size() + catch_up_overhead_bytes;
    // A page that would fill the outbox is cut short: the client asks for the rest.
    if (bytes > context_.settings.outbox_bytes_max / 2 && !events.empty()) {
      page.more = true;
      break;
    }
    events.push_back({publication.content.event(), publication.content.data(), publication.offset,
                      publication.time / 1000});
  }
  protocol::append_history(scratch(), {id, channel, page.epoch, events, page.more});
  send_scratch();
}

void Session::execute(const protocol::Presence& command) {
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
  context_.hub.broker().members(
      std::string(command.channel), std::string(command.after), command.limit,
      [weak = self(), id = command.id, channel = std::string(command.channel)](auto answer) {
        const auto session = weak.lock();
        if (session == nullptr) return;
        Session& self = **session;
        if (!answer.has_value()) {
          self.send_error(id, ErrorCode::unavailable);
          return;
        }
        const std::vector<protocol::Member> members =
            views_of(answer->members, self.context_.settings.outbox_bytes_max / 2);
        // Cut short: the rest is the next page.
        const bool cut = members.size() < answer->members.size() && !members.empty();
        const std::string_view next = cut ? members.back().id : std::string_view(answer->next);
        protocol::append_members(self.scratch(),
                                 {id, channel, members, answer->member_count, next});
        self.send_scratch();
      });
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
  const std::size_t room = context_.settings.outbox_bytes_max / 2;
  const std::size_t fitting = count_fitting(events, room - std::min(room, output_.queued_bytes()));
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
  std::vector<protocol::Member> members;
  if (answer.members != nullptr) {
    members = views_of(answer.members->members, room - std::min(room, output_.queued_bytes()));
    message.members = members;
    message.member_count = answer.members->member_count;
  }
  protocol::append_subscribed(scratch(), message);
  send_scratch();
  if (!events.empty()) {
    output_.send_chunk(
        context_.hub.dialect(dialect).events(channel.name(), answer.position.epoch, events));
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

void Session::on_disconnect() {
  close(CloseCode::unauthenticated, "disconnected by the application");
}

// ── The end ──

void Session::drain(milliseconds after) {
  if (state_ == State::closed) return;
  protocol::append_reconnect(scratch(), after, "draining");
  send_scratch();
  close(CloseCode::going_away);
}

void Session::close(protocol::CloseCode code, std::string_view reason) {
  if (state_ == State::closed) return;
  leave();
  context_.metrics.closes[static_cast<std::size_t>(cause_of(code))].add();
  output_.end(code, reason.empty() ? protocol::close_reason(code) : reason);
}

void Session::leave() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  for (const hub::Subscription& subscription : subscriptions) {
    if (subscription.channel->rule().kind.presence) {
      leave_presence(subscription.channel->name());
    }
  }
  context_.hub.unsubscribe_all(*this);
  if (user != nullptr && context_.settings.connections_per_user_max != 0) {
    context_.connections_per_user.give_back(SeededHash()(user->id));
  }
  context_.hub.users().remove(*this);
}

void Session::leave_presence(std::string_view channel) {
  context_.hub.broker().leave(std::string(channel), std::string(user_id()), connection);
}

// ── Small helpers ──

std::string_view Session::user_id() const {
  return user == nullptr ? std::string_view() : std::string_view(user->id);
}

bool Session::may(auth::Action action, std::string_view channel, const ChannelRule& rule) const {
  return auth::may(claims(), action, channel, rule);
}

void Session::send_error(protocol::CommandId id, protocol::ErrorCode code, std::string_view message,
                         std::string_view channel) {
  protocol::append_error(scratch(), id, code, message, channel);
  send_scratch();
}

std::string& Session::scratch() {
  context_.scratch.clear();
  return context_.scratch;
}

void Session::send_scratch() {
  if (state_ != State::closed) output_.send_message(context_.scratch);
}

std::weak_ptr<Session*> Session::self() {
  if (self_ == nullptr) self_ = std::make_shared<Session*>(this);
  return self_;
}

}  // namespace river::session
