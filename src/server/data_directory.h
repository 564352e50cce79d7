// The data directory: secrets, and what survives a restart. For its user alone.
#pragma once

#include <expected>
#include <filesystem>
#include <string>

namespace river::server {

// Makes it and its parents unless it is there. Errors say what to do.
[[nodiscard]] std::expected<void, std::string> make_data_directory(std::filesystem::path directory);

}  // namespace river::server
