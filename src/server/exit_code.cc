#include "server/exit_code.h"

#include <cstdio>

#include <fmt/format.h>

namespace river::server {

int report_errors(const ConfigErrors& errors) {
  for (const std::string& message : errors.messages) fmt::print(stderr, "river: {}\n", message);
  return errors.usage ? exit_usage : exit_failed;
}

}  // namespace river::server
