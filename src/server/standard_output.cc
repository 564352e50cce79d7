#include "server/standard_output.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"

namespace river::server {

std::expected<void, std::string> print(std::string_view text) {
  // Not by fmt::print(), which throws, nor by stdio, which says it only when it is flushed.
  if (write_all(STDOUT_FILENO, text)) return {};
  return std::unexpected(file_failure("write to", "stdout"));
}

void hold_standard_descriptors() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(descriptor, F_GETFD) >= 0) continue;
    // Takes the lowest that is free, which is this one. The wrong way round, so that whoever uses
    // it hears of it.
    static_cast<void>(::open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY));
  }
}

}  // namespace river::server
