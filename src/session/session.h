// Session: one client's life, whatever the transport:
//
//   connected ──valid token──▶ authenticated ──▶ closed
//       └──── no token in time, anything else first ──▶ closed
//
// Owns: its claims. Borrows: the loop's context, its output. Thread: its loop's.
// Limits: SessionSettings. Time comes in with each call, and from the context when a token is
// looked at; next_deadline() says when to call on_timer.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "auth/claims.h"
#include "auth/permission.h"
#include "base/clock.h"
#include "hub/channel.h"
#include "hub/subscriber.h"
#include "protocol/commands.h"
#include "protocol/errors.h"
#include "session/session_context.h"
#include "session/session_output.h"
#include "session/token_bucket.h"

namespace river::session {

// A command without an id: its answer has none either.
inline constexpr std::uint64_t no_request = UINT64_MAX;

class Session final : public hub::Subscriber {
 public:
  enum class State : std::uint8_t { connected, authenticated, closed };
  // Can the client send messages? If not (SSE), pings are only sent to keep the stream alive.
  enum class Direction : std::uint8_t { both, to_client };

  Session(SessionContext& context, SessionOutput& output, hub::DialectIndex form,
          Direction direction, TimePoint now);
  ~Session() override;

  void welcome();
  // By any way but a message: a token in the URL, or a header. False: it was closed.
  bool authenticate(std::string_view token, TimePoint now);
  void on_message(std::string_view payload, TimePoint now);
  void on_timer(TimePoint now);
  [[nodiscard]] TimePoint next_deadline() const;

  // A ping or pong of the WebSocket itself shows that the client lives, and counts as a message.
  void on_control_frame(TimePoint now);
  void execute(const protocol::Subscribe& command);
  // Tells the client to come back after a while, then closes.
  void drain(milliseconds after);
  // Ends it from outside: protocol errors, slow readers …
  void close(protocol::CloseCode code, std::string_view reason = {});
  // The connection is gone: leaves all channels. Also done by close() and the destructor.
  void leave();

  [[nodiscard]] State state() const { return state_; }

  void deliver(const SharedBytes& chunk) override;
  void on_subscribed(const hub::Channel& channel, const hub::SubscribeAnswer& answer) override;
  void on_subscribe_failed(std::string_view channel, std::uint64_t request,
                           broker::BrokerError error) override;
  void on_resync(const hub::Channel& channel, Position position) override;
  void on_disconnect() override;

 private:
  void heard(TimePoint now);
  void execute(const protocol::Auth& command, TimePoint now);
  void execute(const protocol::Unsubscribe& command);
  void execute(const protocol::Publish& command);
  void execute(const protocol::History& command, TimePoint now);
  void execute(const protocol::Presence& command, TimePoint now);

  bool accept_token(std::string_view token, protocol::CommandId id, TimePoint now);
  bool accept_claims(auth::Claims claims, TimePoint now, UnixSeconds unix_time);
  void keep_claims(auth::Claims claims);
  void drop_forbidden_subscriptions();
  void show_new_info();
  void leave_presence(std::string_view channel);
  bool refuse_token(AuthFailure failure, std::string_view reason);
  [[nodiscard]] const auth::Claims& claims() const;
  [[nodiscard]] std::string_view user_id() const;
  [[nodiscard]] bool may(auth::Action action, std::string_view channel,
                         const ChannelRule& rule) const;
  void send_history(protocol::CommandId id, std::string_view channel,
                    const broker::HistoryPage& page);
  void send_members(protocol::CommandId id, std::string_view channel,
                    const broker::MemberPage& page);
  template <typename Page, typename Send>
  [[nodiscard]] broker::Answer<Page> page_answer(protocol::CommandId id, std::uint32_t paid,
                                                 Send send);
  // Both in messages. Nothing: it cannot pay at the moment, and was told so.
  [[nodiscard]] std::optional<std::uint32_t> pay_for_page(protocol::CommandId id, std::size_t rows,
                                                          std::size_t row_bytes, TimePoint now);
  void settle(std::uint32_t paid);
  // Bytes that a page may have now.
  [[nodiscard]] std::size_t page_room() const;
  void send_error(protocol::CommandId id, protocol::ErrorCode code, std::string_view message = {},
                  std::string_view channel = {});
  [[nodiscard]] std::string& scratch();
  void send_scratch();

  // For answers that come when the session may be gone; made when first needed.
  [[nodiscard]] std::weak_ptr<Session*> self();

  SessionContext& context_;
  SessionOutput& output_;
  std::unique_ptr<const auth::Claims> claims_;  // null: nothing but the user id
  std::shared_ptr<Session*> self_;
  TimePoint last_heard_;
  TimePoint expires_at_ = TimePoint::max();
  TokenBucket messages_;
  State state_ = State::connected;
  Direction direction_;
  bool awaiting_pong_ = false;  // since last_heard_ + ping_interval
};

static_assert(sizeof(Session) <= 192, "memory a connection; see docs/operations.md");

}  // namespace river::session
