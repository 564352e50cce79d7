// What the river program prints to stdout.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace river::server {

// All of it, at once. The error says why nobody takes it: a full disk, or stdout is closed.
[[nodiscard]] std::expected<void, std::string> print(std::string_view text);

// Before anything else is opened: where stdin, stdout or stderr are closed, the next socket or file
// would take their place, and get what is printed.
void hold_standard_descriptors();

}  // namespace river::server
