// Text as a JSON string.
#pragma once

#include <string>
#include <string_view>

namespace river::http {

// Appends `text` in quotes, escaped. Always valid JSON: a byte that is not UTF-8 becomes U+FFFD.
void append_json_text(std::string& out, std::string_view text);

}  // namespace river::http
