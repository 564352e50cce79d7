// What a WebSocket client sends.
#pragma once

#include <string>
#include <string_view>

namespace river::bench {

[[nodiscard]] std::string upgrade_request(std::string_view path, bool deflate);
// A masked frame, text unless told otherwise. The mask is zeros: what is masked stays as it is.
[[nodiscard]] std::string client_frame(std::string_view payload, char opcode = '\1');

}  // namespace river::bench
