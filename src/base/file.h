// Whole files, written so that a reader finds the old one or the new one, never half of one.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace river {

// For its owner alone (0600), synced to disk before it takes its place. The error names the file.
[[nodiscard]] std::expected<void, std::string> write_file_atomically(const std::string& path,
                                                                     std::string_view bytes);

}  // namespace river
