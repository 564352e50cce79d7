// RevocationFile: revoked users on disk, written at every revocation: it must outlast a hard kill.
// One line a user: the moment in Unix seconds, a space, the user's id (which has no line breaks).
#pragma once

#include <expected>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace river::server {

using RevokedUsers = std::vector<std::pair<std::string, UnixSeconds>>;

class RevocationFile {
 public:
  explicit RevocationFile(std::string path) : path_(std::move(path)) {}

  // Atomically, for its owner alone.
  [[nodiscard]] std::expected<void, std::string> write(const RevokedUsers& users) const;
  // None is no error. A line that can't be read is.
  [[nodiscard]] std::expected<RevokedUsers, std::string> read() const;

 private:
  std::string path_;
};

}  // namespace river::server
