// The same events as Server-Sent Events (HTML Living Standard, 9.2 "Server-sent events").
#pragma once

#include <string>
#include <string_view>

namespace river::protocol {

// A line break in `data` starts another `data:` line, which the browser joins again, so that
// nothing in it can pass for a field of the stream. There is no id: it is a block of its own, of
// the stream (transport/sse_transport.h).
void append_sse_event(std::string& out, std::string_view data);

}  // namespace river::protocol
