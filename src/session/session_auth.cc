// The part of Session that lets a client in: tokens, their renewal and their end.
#include <utility>

#include "base/hash.h"
#include "base/log.h"
#include "protocol/events.h"
#include "session/session.h"

namespace river::session {

namespace {

using protocol::CloseCode;

// Farther away than any process lives, near enough for arithmetic in milliseconds.
constexpr seconds expiry_max{10L * 365 * 24 * 3600};

}  // namespace

bool Session::authenticate(std::string_view token, TimePoint now) {
  return accept_token(token, {}, now);
}

void Session::execute(const protocol::Auth& command, TimePoint now) {
  accept_token(command.token, command.id, now);
}

bool Session::accept_token(std::string_view token, protocol::CommandId id, TimePoint now) {
  const UnixSeconds unix_time = context_.unix_now();
  auto claims = context_.verifier.verify(token, unix_time);
  if (!claims.has_value()) {
    log_debug("token refused", {{"detail", claims.error().detail}});
    return refuse_token(auth::to_auth_failure(claims.error().error), "the token is not valid");
  }
  const std::optional<UnixSeconds> expires = claims->expires;
  if (!accept_claims(std::move(*claims), now, unix_time)) return false;
  protocol::AuthenticatedAnswer answer{id, user_id(), {}, context_.settings.ping_interval};
  if (expires.has_value()) {
    answer.expires_in = seconds(std::max<UnixSeconds>(0, *expires - unix_time));
  }
  protocol::append_authenticated(scratch(), answer);
  send_scratch();
  return true;
}

bool Session::accept_claims(auth::Claims claims, TimePoint now, UnixSeconds unix_time) {
  if (context_.hub.revocations().refuses(claims.user, claims.issued)) {
    return refuse_token(AuthFailure::revoked, "the token was revoked");
  }
  const bool renewal = state_ == State::authenticated;
  if (renewal && claims.user != user_id()) {
    // Who somebody is is settled once: channels were joined under that name.
    return refuse_token(AuthFailure::bad_claims, "the new token is for another user");
  }
  if (!renewal) {
    const std::uint32_t most = context_.settings.connections_per_user_max;
    if (most != 0 && !claims.user.empty() &&
        !context_.connections_per_user.take(SeededHash()(claims.user), most)) {
      close(CloseCode::forbidden, "too many connections of this user");
      return false;
    }
    context_.hub.users().add(*this, claims.user);
    state_ = State::authenticated;
    last_heard_ = now;
  }
  expires_at_ = TimePoint::max();
  if (claims.expires.has_value()) {
    const auto left = std::chrono::duration_cast<milliseconds>(
        std::min(seconds(*claims.expires - unix_time) + context_.verifier.leeway(), expiry_max));
    expires_at_ = now + left;
  }
  const bool has_new_info = renewal && claims.info != this->claims().info;
  keep_claims(std::move(claims));
  if (renewal) drop_forbidden_subscriptions();
  if (has_new_info) show_new_info();
  return true;
}

void Session::keep_claims(auth::Claims claims) {
  // Most tokens say nothing but who it is; that is kept once, with the user.
  claims_ = nullptr;
  if (!claims.has_grants && claims.info.empty()) return;
  claims.user.clear();
  claims.user.shrink_to_fit();
  claims_ = std::make_unique<const auth::Claims>(std::move(claims));
}

const auth::Claims& Session::claims() const {
  static const auth::Claims nothing;
  return claims_ == nullptr ? nothing : *claims_;
}

void Session::drop_forbidden_subscriptions() {
  for (std::size_t i = subscriptions.size(); i-- > 0;) {
    const hub::Channel& channel = *subscriptions[i].channel;
    if (may(auth::Action::subscribe, channel.name(), channel.rule())) continue;
    const std::string name(channel.name());
    if (channel.rule().kind.presence) leave_presence(name);
    context_.hub.unsubscribe(*this, name);
    protocol::append_unsubscribed_because(scratch(), name, "forbidden");
    send_scratch();
  }
}

// Joins once more, as the same connection. If the broker is overloaded, the old info stays; that is
// no reason to end the connection.
void Session::show_new_info() {
  for (const hub::Subscription& subscription : subscriptions) {
    if (!subscription.channel->rule().kind.presence) continue;
    broker::SnapshotRequest request;
    request.join = broker::Member{std::string(user_id()), claims().info};
    request.connection = connection;
    context_.hub.broker().snapshot(std::string(subscription.channel->name()), std::move(request),
                                   [](const auto& /*joined*/) {});
  }
}

bool Session::refuse_token(AuthFailure failure, std::string_view reason) {
  context_.metrics.auth_failures[static_cast<std::size_t>(failure)].add();
  output_.note_bad_token();
  close(CloseCode::unauthenticated, reason);
  return false;
}

}  // namespace river::session
