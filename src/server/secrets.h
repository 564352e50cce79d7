// The secrets of a deployment: keys that backends publish with, and secrets that sign tokens.
// Those of the configuration come first; what it leaves out is kept in two files of the data
// directory, `api_key` and `jwt_secret`: one secret a line, the newest first, for their user alone.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "server/config.h"

namespace river::server {

struct Secrets {
  std::vector<std::string> api_keys;
  std::vector<std::string> jwt_secrets;  // the first one signs; empty with only [[auth.keys]]
  std::string api_key_file;              // empty: from the configuration
  std::string jwt_secret_file;           // empty: from the configuration
  bool are_new = false;                  // a file was made just now
};

// Errors say what to do. Makes the data directory and the files that are missing.
[[nodiscard]] std::expected<Secrets, std::string> read_or_make_secrets(const Config& config);

// Makes nothing: what has no file yet stays empty, though its file is named.
[[nodiscard]] std::expected<Secrets, std::string> read_secrets(const Config& config);

}  // namespace river::server
