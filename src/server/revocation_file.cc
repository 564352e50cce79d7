#include "server/revocation_file.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>
#include <string_view>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/user_id.h"
#include "net/file_descriptor.h"
#include "server/text_file.h"

namespace river::server {
namespace {

// As far as tokens go: with more, to add the age of a revocation would overflow.
constexpr UnixSeconds seconds_max = 9'007'199'254'740'991;  // 2^53 - 1

std::string text_of(const RevokedUsers& users) {
  std::string text;
  for (const auto& [user, at] : users)
    fmt::format_to(std::back_inserter(text), "{} {}\n", at, user);
  return text;
}

std::optional<std::pair<std::string, UnixSeconds>> parse(std::string_view line) {
  UnixSeconds at = 0;
  const auto [stop, error] = std::from_chars(line.data(), line.data() + line.size(), at);
  const auto used = static_cast<std::size_t>(stop - line.data());
  if (error != std::errc() || used >= line.size() || line[used] != ' ') return std::nullopt;
  if (at < -seconds_max || at > seconds_max) return std::nullopt;
  const std::string_view user = line.substr(used + 1);
  if (!valid_user(user)) return std::nullopt;
  return std::pair(std::string(user), at);
}

std::unexpected<std::string> failure(std::string_view what, const std::string& path) {
  return std::unexpected(file_failure(what, path));
}

}  // namespace

std::expected<RevocationFile::Content, std::string> RevocationFile::read() const {
  const auto opened = open_regular_file(path_, O_RDONLY);
  if (!opened.has_value()) {
    const auto& [error, message] = opened.error();
    if (error == ENOENT || error == ENOTDIR) return Content();
    return std::unexpected(message);
  }
  const net::FileDescriptor file(*opened);
  const auto text = read_text_file(file.get(), path_, bytes_max);
  if (!text.has_value()) return std::unexpected(text.error());
  Content content;
  std::string_view left = *text;
  content.whole = left.empty() || left.back() == '\n';
  for (std::size_t line = 1; !left.empty(); ++line) {
    const std::size_t end = std::min(left.find('\n'), left.size());
    auto entry = parse(left.substr(0, end));
    left.remove_prefix(std::min(end + 1, left.size()));
    if (entry.has_value()) {
      content.users.push_back(std::move(*entry));
    } else if (!left.empty() || content.whole) {
      return std::unexpected(fmt::format(
          "cannot read {}:{}: a line is Unix seconds, a space and a user id", path_, line));
    }
  }
  return content;
}

std::expected<void, std::string> RevocationFile::write(const RevokedUsers& users) {
  auto written = write_file_atomically(path_, text_of(users));
  if (written.has_value()) whole_until_.reset();
  return written;
}

std::expected<void, std::string> RevocationFile::append(const RevokedUsers& users) {
  const auto opened = open_regular_file(path_, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW);
  if (!opened.has_value()) return std::unexpected(opened.error().message);
  const net::FileDescriptor file(*opened);
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return failure("write", path_);
  if (whole_until_.has_value() && status.st_size > *whole_until_) {
    if (::ftruncate(file.get(), *whole_until_) != 0) return failure("write", path_);
    status.st_size = *whole_until_;
  }
  whole_until_ = status.st_size;
  if (!write_all(file.get(), text_of(users)) || ::fsync(file.get()) != 0) {
    auto failed = failure("write", path_);
    if (::ftruncate(file.get(), *whole_until_) == 0) whole_until_.reset();
    return failed;
  }
  whole_until_.reset();
  // It may be new.
  return status.st_size == 0 ? sync_folder_of(path_) : std::expected<void, std::string>();
}

}  // namespace river::server
