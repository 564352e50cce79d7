#include "protocol/close_codes.h"

namespace river::protocol {

ClientAction client_action(CloseCode code) {
  switch (code) {
    case CloseCode::normal:
    case CloseCode::protocol_error:
    case CloseCode::unsupported_data:
    case CloseCode::invalid_text:
    case CloseCode::policy_violation:
    case CloseCode::message_too_large:
    case CloseCode::invalid_message:
    case CloseCode::forbidden:
      return ClientAction::stay_closed;
    case CloseCode::going_away:
    case CloseCode::no_pong:
    case CloseCode::slow_reader:
      return ClientAction::reconnect;
    case CloseCode::internal_error:
    case CloseCode::too_fast:
    case CloseCode::over_capacity:
      return ClientAction::reconnect_slowly;
    case CloseCode::unauthenticated:
      return ClientAction::renew_token;
  }
  return ClientAction::reconnect_slowly;
}

std::string_view close_reason(CloseCode code) {
  switch (code) {
    case CloseCode::normal:
      return "closed";
    case CloseCode::going_away:
      return "the server is going away";
    case CloseCode::protocol_error:
      return "broken WebSocket frame";
    case CloseCode::unsupported_data:
      return "only text messages are understood";
    case CloseCode::invalid_text:
      return "the text is not valid";
    case CloseCode::policy_violation:
      return "too many fragments or control frames";
    case CloseCode::message_too_large:
      return "the message is too large";
    case CloseCode::internal_error:
      return "a fault of the server";
    case CloseCode::invalid_message:
      return "the message is not a command of River's protocol";
    case CloseCode::unauthenticated:
      return "no valid token";
    case CloseCode::forbidden:
      return "not allowed here";
    case CloseCode::no_pong:
      return "no answer to ping";
    case CloseCode::too_fast:
      return "sent too much, too fast";
    case CloseCode::slow_reader:
      return "reads too slowly";
    case CloseCode::over_capacity:
      return "over capacity";
  }
  return {};
}

}  // namespace river::protocol
