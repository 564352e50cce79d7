// SessionOutput: the way out of a session to its client: a transport, or a test. All calls only
// queue; none may call back into the session or the hub.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/shared_bytes.h"
#include "protocol/close_codes.h"

namespace river::session {

class SessionOutput {
 public:
  virtual ~SessionOutput() = default;
  virtual void send_message(std::string_view json) = 0;
  // In the form of the session's dialect, already framed.
  virtual void send_chunk(const SharedBytes& chunk) = 0;
  // All that belongs to what was said so far has been said: a client may resume from here.
  virtual void mark_position() {}
  // Bytes that wait to be sent.
  [[nodiscard]] virtual std::size_t queued_bytes() const { return 0; }
  // The last call: says why and closes.
  virtual void end(protocol::CloseCode code, std::string_view reason) = 0;
  // The client showed a token that is not valid: its address is trusted less.
  virtual void note_bad_token() = 0;
};

}  // namespace river::session
