#include "server/data_directory.h"

#include <cerrno>
#include <system_error>

#include <fmt/format.h>
#include <sys/stat.h>

namespace river::server {

std::expected<void, std::string> make_data_directory(std::filesystem::path directory) {
  if (!directory.has_filename()) directory = directory.parent_path();  // `data/`
  std::error_code error;
  if (directory.has_parent_path()) {
    std::filesystem::create_directories(directory.parent_path(), error);
  }
  if (!error && (mkdir(directory.c_str(), 0700) == 0 || errno == EEXIST)) return {};
  if (!error) error = std::error_code(errno, std::generic_category());
  return std::unexpected(
      fmt::format("cannot make the data directory {}: {}; set data_dir to one "
                  "that River may write to",
                  directory.string(), error.message()));
}

}  // namespace river::server
