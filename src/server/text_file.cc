#include "server/text_file.h"

#include <array>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "net/file_descriptor.h"

namespace river::server {
namespace {

std::unexpected<std::string> cannot_read(const std::string& path, int error) {
  return std::unexpected(
      fmt::format("cannot read {}: {}", path, std::generic_category().message(error)));
}

}  // namespace

std::expected<std::string, std::string> read_text_file(const std::string& path) {
  const net::FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!file.is_open()) return cannot_read(path, errno);
  return read_text_file(file.get(), path);
}

std::expected<std::string, std::string> read_text_file(int fd, const std::string& path,
                                                       std::size_t bytes_max) {
  std::string content;
  std::array<char, 4096> chunk{};
  while (true) {
    const ssize_t count = read(fd, chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return cannot_read(path, errno);
    if (count == 0) return content;
    content.append(chunk.data(), static_cast<std::size_t>(count));
    if (content.size() > bytes_max) return cannot_read(path, EFBIG);
  }
}

}  // namespace river::server
