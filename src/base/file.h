// Files: opened without waiting; written whole, so that a reader finds the old one or the new one,
// never half of one.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace river {

// "cannot read /etc/river.toml: Permission denied", by errno.
[[nodiscard]] std::string file_failure(std::string_view what, const std::string& path);

struct NotOpened {
  int error = 0;        // of errno; 0: it is not a regular file
  std::string message;  // names the file
};

// The descriptor, opened as `flags` say and closed on exec; what it makes is for its owner alone.
// Never waits for whoever is at the other end of a fifo: what is not a regular file is refused.
[[nodiscard]] std::expected<int, NotOpened> open_regular_file(const std::string& path, int flags);

// False, with errno set, if the file takes no more; some may be written then.
[[nodiscard]] bool write_all(int file, std::string_view bytes);

// For its owner alone (0600), on disk for good when it returns: the bytes before they take their
// place, and that place. The error names the file.
[[nodiscard]] std::expected<void, std::string> write_file_atomically(const std::string& path,
                                                                     std::string_view bytes);

// What was made, renamed or removed beside `path` stays so after a power loss. The error names the
// folder.
[[nodiscard]] std::expected<void, std::string> sync_folder_of(const std::string& path);

}  // namespace river
