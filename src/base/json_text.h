// Text as JSON.
#pragma once

#include <string>
#include <string_view>

namespace river {

// In quotes. `text` is UTF-8: it is not looked at again where messages are made. Everything that
// JSON demands is escaped, and no more; the rest goes out as is.
void append_json_string(std::string& out, std::string_view text);

// In quotes, for people to read, and of any bytes: what is not UTF-8 becomes U+FFFD, and what could
// move a cursor, start a line or turn the reading direction is escaped, too.
void append_readable_json_string(std::string& out, std::string_view text);

// The same without the quotes.
void append_readable(std::string& out, std::string_view text);

}  // namespace river
