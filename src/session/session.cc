#include "session/session.h"

#include <algorithm>
#include <array>
#include <bit>
#include <variant>

#include "base/hash.h"
#include "base/random.h"
#include "protocol/close_codes.h"
#include "protocol/events.h"

namespace river::session {
namespace {

using protocol::CloseCode;

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
    case CloseCode::invalid_message:
      return CloseCause::protocol_error;
  }
  return CloseCause::protocol_error;
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
        } else if constexpr (requires { execute(typed, now); }) {
          execute(typed, now);
        } else if constexpr (!std::is_same_v<T, protocol::Pong>) {
          execute(typed);
        }
      },
      *command);
}

// ── The end ──

void Session::on_disconnect() {
  close(CloseCode::unauthenticated, "disconnected by the application");
}

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
