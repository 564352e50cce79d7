#include "server/revocation_file.h"

#include <charconv>

#include <fmt/format.h>
#include <unistd.h>

#include "base/file.h"
#include "server/text_file.h"

namespace river::server {

std::expected<void, std::string> RevocationFile::write(const RevokedUsers& users) const {
  std::string text;
  for (const auto& [user, at] : users) text += fmt::format("{} {}\n", at, user);
  return write_file_atomically(path_, text);
}

std::expected<RevokedUsers, std::string> RevocationFile::read() const {
  if (::access(path_.c_str(), F_OK) != 0) return RevokedUsers();
  const auto text = read_text_file(path_);
  if (!text.has_value()) return std::unexpected(text.error());
  RevokedUsers users;
  std::string_view left = *text;
  for (int line = 1; !left.empty(); ++line) {
    const std::size_t end = std::min(left.find('\n'), left.size());
    const std::string_view entry = left.substr(0, end);
    left.remove_prefix(std::min(end + 1, left.size()));
    UnixSeconds at = 0;
    const auto [stop, error] = std::from_chars(entry.data(), entry.data() + entry.size(), at);
    const auto used = static_cast<std::size_t>(stop - entry.data());
    if (error != std::errc() || used + 1 >= entry.size() || entry[used] != ' ') {
      return std::unexpected(
          fmt::format("{}:{}: expected Unix seconds, a space and a user id", path_, line));
    }
    users.emplace_back(entry.substr(used + 1), at);
  }
  return users;
}

}  // namespace river::server
