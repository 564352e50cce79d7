// ConfigFile: a TOML file as a flat list of what it says and where, in its order. It knows no
// setting; toml++ stays behind it.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "server/setting_value.h"

namespace river::server {

struct FileEntry {
  std::string key;  // with its tables: `limits.connections_max`
  int line = 0;
  RawValue value;
};

// One table of a list of tables, such as `[[channels]]`; the keys of its entries begin inside it.
struct FileRecord {
  std::string list;
  int line = 0;
  std::vector<FileEntry> entries;
};

struct ConfigFile {
  std::vector<FileEntry> entries;
  std::vector<FileRecord> records;  // those of one list in their order
};

// `name` stands in errors only: `river.toml:3: …`
[[nodiscard]] std::expected<ConfigFile, std::string> parse_config_file(std::string_view content,
                                                                       const std::string& name);
[[nodiscard]] std::expected<ConfigFile, std::string> read_config_file(const std::string& path);

}  // namespace river::server
