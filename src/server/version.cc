#include "server/version.h"

namespace river::server {

constinit const std::string_view version = RIVER_VERSION;

}  // namespace river::server
