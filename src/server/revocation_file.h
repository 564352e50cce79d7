// RevocationFile: revoked users on disk, written as they are revoked: it must outlast a hard kill.
// One line a user: the moment in Unix seconds, a space, the user's id (which has no line breaks).
// A user may have several lines: the latest moment counts.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "base/clock.h"
#include "base/limits.h"
#include "hub/revocations.h"

namespace river::server {

using RevokedUsers = std::vector<std::pair<std::string, UnixSeconds>>;

class RevocationFile {
 public:
  static constexpr std::size_t line_bytes_max = 20 + 1 + limits::user_bytes_max + 1;
  // As many users as are remembered, and as many lines again, twice over, until it is tidied.
  static constexpr std::size_t bytes_max = 4 * hub::Revocations::users_max * line_bytes_max;

  struct Content {
    RevokedUsers users;  // a line each, in their order
    bool whole = true;   // else its last line has no end
  };

  explicit RevocationFile(std::string path) : path_(std::move(path)) {}

  // None is no error. A line that can't be read is; but if it is the last one and without its end,
  // then it was being written when the power went, nobody was told that it was kept, and it is left
  // out. Nothing is ever changed.
  [[nodiscard]] std::expected<Content, std::string> read() const;
  // Instead of all that is there, atomically, for its owner alone.
  [[nodiscard]] std::expected<void, std::string> write(const RevokedUsers& users);
  // Behind what is there, which has to be whole. All or none of it.
  [[nodiscard]] std::expected<void, std::string> append(const RevokedUsers& users);

 private:
  std::string path_;
  // Up to there it is whole, if what was begun behind could not be cut off.
  std::optional<off_t> whole_until_;
};

}  // namespace river::server
