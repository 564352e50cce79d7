// The same events as Server-Sent Events (HTML Living Standard, 9.2 "Server-sent events").
#pragma once

#include <string>
#include <string_view>

namespace river::protocol {

// `id` is what the browser returns as Last-Event-ID, opaque text of River's making without line
// breaks; empty: none. A line break in `data` starts another `data:` line, which the browser joins
// again, so that nothing in it can pass for a field of the stream.
void append_sse_event(std::string& out, std::string_view id, std::string_view data);

}  // namespace river::protocol
