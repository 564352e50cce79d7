// All settings as a text for people: for `river serve --help`, and for docs/configuration.md.
#pragma once

#include <string>

namespace river::server {

[[nodiscard]] std::string settings_help();
[[nodiscard]] std::string settings_markdown();

}  // namespace river::server
