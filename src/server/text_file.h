// Reads small files that the operator named.
#pragma once

#include <cstddef>
#include <expected>
#include <string>

namespace river::server {

inline constexpr std::size_t text_file_bytes_max = 4U << 20U;  // far above any list of keys

// All of it, or why not: `cannot read river.toml: No such file or directory`.
[[nodiscard]] std::expected<std::string, std::string> read_text_file(const std::string& path);

// The same of a file that is open already; `path` stands in errors only.
[[nodiscard]] std::expected<std::string, std::string> read_text_file(
    int fd, const std::string& path, std::size_t bytes_max = text_file_bytes_max);

}  // namespace river::server
