#include "server/secrets.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/random.h"
#include "base/trim.h"
#include "net/file_descriptor.h"
#include "server/data_directory.h"
#include "server/text_file.h"

namespace river::server {
namespace {

constexpr std::size_t api_key_random_bytes = 16;
constexpr std::size_t jwt_secret_random_bytes = 32;
constexpr const char* or_bring_secrets = ", or RIVER_API_KEY and RIVER_JWT_SECRET";

enum class IfMissing : std::uint8_t { make, leave };

std::string message_of(int error) {
  return std::generic_category().message(error);
}

std::vector<std::string> lines_of(std::string_view content) {
  constexpr std::string_view blank = " \t\r";
  std::vector<std::string> lines;
  while (!content.empty()) {
    const std::size_t end = std::min(content.find('\n'), content.size());
    const std::string_view line = trimmed(content.substr(0, end), blank);
    content.remove_prefix(std::min(end + 1, content.size()));
    if (!line.empty()) lines.emplace_back(line);
  }
  return lines;
}

// nullopt: there is no such file.
std::expected<std::optional<std::vector<std::string>>, std::string> read_secret_file(
    const std::string& path, std::size_t bytes_min) {
  const auto opened = open_regular_file(path, O_RDONLY);
  if (!opened.has_value()) {
    if (opened.error().error == ENOENT) return std::nullopt;
    return std::unexpected(opened.error().message);
  }
  const net::FileDescriptor file(*opened);
  struct stat status{};
  if (fstat(file.get(), &status) != 0) {
    return std::unexpected(fmt::format("cannot read {}: {}", path, message_of(errno)));
  }
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return std::unexpected(fmt::format(
        "{0} is open to other users, so it is no secret any more: remove it for a new one, or "
        "keep it with chmod 600 {0}",
        path));
  }
  const auto content = read_text_file(file.get(), path);
  if (!content) return std::unexpected(content.error());
  std::vector<std::string> secrets = lines_of(*content);
  if (secrets.empty()) {
    return std::unexpected(fmt::format("{} is empty: remove it, and River makes a new one", path));
  }
  for (std::size_t i = 0; i < secrets.size(); ++i) {
    if (secrets[i].size() >= bytes_min) continue;
    return std::unexpected(fmt::format("{}: line {} has {} bytes and needs {}", path, i + 1,
                                       secrets[i].size(), bytes_min));
  }
  return secrets;
}

// Does not replace a file: of two processes that start at once, one makes it and both read it.
int rename_if_new(const std::string& from, const std::string& to) {
  const auto flags = static_cast<unsigned>(RENAME_NOREPLACE);
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  // A file system that cannot promise it.
  return rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

// Whole and on disk, or not there at all. 0, or an errno; EEXIST if another process was faster.
int make_secret_file(const std::filesystem::path& directory, const std::string& path,
                     std::string_view content) {
  const std::string unfinished = fmt::format("{}.{}.new", path, random_hex(8));
  const auto write_unfinished = [&]() -> int {
    const net::FileDescriptor file(
        open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    const bool written = file.is_open() && write_all(file.get(), content) && fsync(file.get()) == 0;
    return written ? 0 : errno;
  };
  int error = write_unfinished();
  if (error == 0) error = rename_if_new(unfinished, path);
  if (error != 0) {
    unlink(unfinished.c_str());
    return error;
  }
  const net::FileDescriptor parent(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return parent.is_open() && fsync(parent.get()) == 0 ? 0 : errno;
}

struct SecretFile {
  std::string_view name;
  std::size_t random_bytes;
  std::size_t bytes_min;
};
constexpr SecretFile api_key_file = {"api_key", api_key_random_bytes, limits::api_key_bytes_min};
constexpr SecretFile jwt_secret_file = {"jwt_secret", jwt_secret_random_bytes,
                                        limits::token_secret_bytes_min};

struct Found {
  std::string path;
  std::vector<std::string> secrets;
  bool is_new = false;
};

std::expected<Found, std::string> find_or_make(const Config& config, const SecretFile& kind,
                                               IfMissing if_missing) {
  std::filesystem::path directory(config.data_dir);
  if (!directory.has_filename()) directory = directory.parent_path();  // `data/`
  const std::string path = (directory / kind.name).string();
  auto existing = read_secret_file(path, kind.bytes_min);
  if (!existing) return std::unexpected(existing.error());
  if (*existing) return Found{path, std::move(**existing)};
  if (if_missing == IfMissing::leave) return Found{path, {}};
  if (const auto made = make_data_directory(directory); !made) {
    return std::unexpected(made.error() + or_bring_secrets);
  }
  const std::string secret = random_hex(kind.random_bytes);
  const int error = make_secret_file(directory, path, secret + "\n");
  if (error == EEXIST) return find_or_make(config, kind, IfMissing::leave);
  if (error != 0) {
    return std::unexpected(
        fmt::format("cannot write {}: {}; set data_dir to a directory that River may write to{}",
                    path, message_of(error), or_bring_secrets));
  }
  return Found{path, {secret}, true};
}

std::expected<Secrets, std::string> gather(const Config& config, IfMissing if_missing) {
  Secrets secrets;
  secrets.api_keys = config.auth.api_keys;
  secrets.jwt_secrets = config.auth.jwt_secrets;
  if (secrets.api_keys.empty()) {
    auto found = find_or_make(config, api_key_file, if_missing);
    if (!found) return std::unexpected(found.error());
    secrets.api_keys = std::move(found->secrets);
    secrets.api_key_file = found->path;
    secrets.are_new |= found->is_new;
  }
  if (secrets.jwt_secrets.empty() && config.auth.keys.empty()) {
    auto found = find_or_make(config, jwt_secret_file, if_missing);
    if (!found) return std::unexpected(found.error());
    secrets.jwt_secrets = std::move(found->secrets);
    secrets.jwt_secret_file = found->path;
    secrets.are_new |= found->is_new;
  }
  return secrets;
}

}  // namespace

std::expected<Secrets, std::string> read_or_make_secrets(const Config& config) {
  return gather(config, IfMissing::make);
}

std::expected<Secrets, std::string> read_secrets(const Config& config) {
  return gather(config, IfMissing::leave);
}

}  // namespace river::server
