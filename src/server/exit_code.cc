#include "server/exit_code.h"

#include <fmt/format.h>
#include <unistd.h>

#include "base/file.h"

namespace river::server {

int report_errors(const ConfigErrors& errors) {
  for (const std::string& message : errors.messages) {
    // Not by fmt::print(), which throws if nobody takes it: the exit code says it, too.
    static_cast<void>(write_all(STDERR_FILENO, fmt::format("river: {}\n", message)));
  }
  return errors.usage ? exit_usage : exit_failed;
}

}  // namespace river::server
