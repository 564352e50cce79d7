// The program's version, from the file VERSION.
#pragma once

#include <string_view>

namespace river::server {

extern const std::string_view version;

}  // namespace river::server
