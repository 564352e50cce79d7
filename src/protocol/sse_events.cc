#include "protocol/sse_events.h"

namespace river::protocol {

void append_sse_event(std::string& out, std::string_view data) {
  for (;;) {
    const std::size_t line_end = data.find_first_of("\r\n");
    out.append("data: ").append(data.substr(0, line_end)).push_back('\n');
    if (line_end == std::string_view::npos) break;
    const bool two = data.substr(line_end).starts_with("\r\n");
    data.remove_prefix(line_end + (two ? 2 : 1));
  }
  out.push_back('\n');
}

}  // namespace river::protocol
