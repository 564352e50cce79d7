#include "base/file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace river {
namespace {

std::unexpected<std::string> failure(std::string_view what, const std::string& path) {
  return std::unexpected(file_failure(what, path));
}

// Half a file helps nobody, and on a disk that is full it takes the room of others.
std::unexpected<std::string> failure_that_leaves_nothing(std::string_view what,
                                                         const std::string& path) {
  auto failed = failure(what, path);
  ::unlink(path.c_str());
  return failed;
}

}  // namespace

std::string file_failure(std::string_view what, const std::string& path) {
  return fmt::format("cannot {} {}: {}", what, path, std::strerror(errno));
}

std::expected<int, NotOpened> open_regular_file(const std::string& path, int flags) {
  const std::string_view what = (flags & O_ACCMODE) == O_RDONLY ? "read" : "write";
  const auto irregular = [&] {
    return std::unexpected(
        NotOpened{.message = fmt::format("cannot {} {}: it is not a regular file", what, path)});
  };
  const int file = ::open(path.c_str(), flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
  if (file < 0) {
    if (errno == ENXIO) return irregular();  // a fifo that nobody reads, or a socket
    return std::unexpected(NotOpened{errno, file_failure(what, path)});
  }
  struct stat status{};
  if (::fstat(file, &status) == 0 && S_ISREG(status.st_mode)) return file;
  ::close(file);
  return irregular();
}

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::expected<void, std::string> write_file_atomically(const std::string& path,
                                                       std::string_view bytes) {
  const std::string unfinished = path + ".new";
  const auto file = open_regular_file(unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW);
  if (!file.has_value()) return std::unexpected(file.error().message);
  const bool written = write_all(*file, bytes) && ::fsync(*file) == 0;
  const int error = errno;
  ::close(*file);
  errno = error;
  if (!written) return failure_that_leaves_nothing("write", unfinished);
  if (std::rename(unfinished.c_str(), path.c_str()) != 0) {
    return failure_that_leaves_nothing("rename", unfinished);
  }
  return sync_folder_of(path);
}

std::expected<void, std::string> sync_folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return failure("sync", folder);
  const bool synced = ::fsync(file) == 0 || errno == EINVAL;  // there is nothing to sync
  const int error = errno;
  ::close(file);
  errno = error;
  if (!synced) return failure("sync", folder);
  return {};
}

}  // namespace river
