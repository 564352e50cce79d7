#include "protocol/close_codes.h"

namespace river::protocol {

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
