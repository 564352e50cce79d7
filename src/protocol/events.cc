#include "protocol/events.h"

#include <algorithm>

#include "protocol/json_writer.h"

namespace river::protocol {
namespace {

// Opens a message with its type and, if the client gave one, the command's id.
class Message : public JsonWriter {
 public:
  Message(std::string& out, std::string_view type, CommandId id = {}) : JsonWriter(out) {
    text("type", type);
    if (id) number("id", *id);
  }
};

std::uint64_t count_of(seconds duration) {
  return static_cast<std::uint64_t>(std::max<seconds::rep>(duration.count(), 0));
}

void append_member(std::string& out, const Member& member) {
  JsonWriter json(out);
  json.text("id", member.id);
  if (!member.info.empty()) json.raw("info", member.info);
  json.end();
}

void append_history_event(std::string& out, const HistoryEvent& event) {
  JsonWriter json(out);
  json.text("event", event.event);
  json.raw("data", event.data);
  json.number("offset", event.offset);
  if (event.time) json.number("time", static_cast<std::uint64_t>(*event.time));
  json.end();
}

}  // namespace

void append_welcome(std::string& out, ConnectionId connection, seconds auth_timeout) {
  Message message(out, "welcome");
  message.text("connection", connection_id_text(connection));
  message.number("auth_timeout", count_of(auth_timeout));
  message.end();
}

void append_authenticated(std::string& out, const AuthenticatedAnswer& answer) {
  Message message(out, "authenticated", answer.id);
  if (!answer.user.empty()) message.text("user", answer.user);
  if (answer.expires_in) message.number("expires_in", count_of(*answer.expires_in));
  message.number("ping_interval", count_of(answer.ping_interval));
  message.end();
}

void append_subscribed(std::string& out, const SubscribedAnswer& answer) {
  Message message(out, "subscribed", answer.id);
  message.text("channel", answer.channel);
  message.text("epoch", epoch_text(answer.position.epoch));
  message.number("offset", answer.position.offset);
  if (answer.recovered) message.flag("recovered", *answer.recovered);
  if (answer.rewound_to) message.number("rewound_to", *answer.rewound_to);
  if (answer.members) {
    message.array("members", *answer.members, [&](const Member& m) { append_member(out, m); });
    message.number("member_count", answer.member_count);
  }
  message.end();
}

void append_event(std::string& out, const Event& event) {
  Message message(out, "event");
  if (!event.channel.empty()) message.text("channel", event.channel);
  message.text("event", event.event);
  message.raw("data", event.data);
  if (event.offset) message.number("offset", *event.offset);
  message.end();
}

void append_presence(std::string& out, const PresenceNotice& notice) {
  Message message(out, "presence");
  message.text("channel", notice.channel);
  message.array("joined", notice.joined, [&](const Member& m) { append_member(out, m); });
  message.array("left", notice.left, [&](std::string_view id) { append_json_string(out, id); });
  message.number("member_count", notice.member_count);
  message.end();
}

void append_unsubscribed(std::string& out, CommandId id, std::string_view channel) {
  Message message(out, "unsubscribed", id);
  message.text("channel", channel);
  message.end();
}

void append_unsubscribed_because(std::string& out, std::string_view channel,
                                 std::string_view reason) {
  Message message(out, "unsubscribed");
  message.text("channel", channel);
  message.text("reason", reason);
  message.end();
}

void append_ok(std::string& out, CommandId id, std::optional<Position> position) {
  Message message(out, "ok", id);
  if (position) {
    message.text("epoch", epoch_text(position->epoch));
    message.number("offset", position->offset);
  }
  message.end();
}

void append_error(std::string& out, CommandId id, ErrorCode code, std::string_view text,
                  std::string_view channel) {
  const ErrorInfo info = error_info(code);
  Message message(out, "error", id);
  message.number("code", static_cast<std::uint64_t>(code));
  message.text("reason", info.reason);
  message.text("message", text.empty() ? info.message : text);
  message.flag("retry", info.retry);
  if (!channel.empty()) message.text("channel", channel);
  message.end();
}

void append_history(std::string& out, const HistoryAnswer& answer) {
  Message message(out, "history", answer.id);
  message.text("channel", answer.channel);
  if (answer.epoch != 0) message.text("epoch", epoch_text(answer.epoch));
  message.array("events", answer.events,
                [&](const HistoryEvent& event) { append_history_event(out, event); });
  message.flag("more", answer.more);
  message.end();
}

void append_members(std::string& out, const MembersAnswer& answer) {
  Message message(out, "members", answer.id);
  message.text("channel", answer.channel);
  message.array("members", answer.members, [&](const Member& m) { append_member(out, m); });
  message.number("member_count", answer.member_count);
  if (!answer.next.empty()) message.text("next", answer.next);
  message.end();
}

void append_reconnect(std::string& out, milliseconds after, std::string_view reason) {
  Message message(out, "reconnect");
  message.number("after_ms",
                 static_cast<std::uint64_t>(std::max<milliseconds::rep>(after.count(), 0)));
  message.text("reason", reason);
  message.end();
}

}  // namespace river::protocol
