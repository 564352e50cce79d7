// Loads a Config: defaults, then the file, then the environment, then flags; each outweighs those
// before it. Whatever is wrong is told at once, with its place.
#pragma once

#include <expected>
#include <string>
#include <utility>
#include <vector>

#include "server/config.h"

namespace river::server {

struct FlagValue {
  std::string name;                 // `--listen`
  std::vector<std::string> values;  // one for each time that it was given
};

struct ConfigInputs {
  std::string file;  // of --config; empty: that of RIVER_CONFIG, if any
  std::vector<std::pair<std::string, std::string>> environment;  // all of it
  std::vector<FlagValue> flags;
};

struct LoadedConfig {
  Config config;
  std::string file;                   // empty: there was none
  std::vector<std::string> sources;   // of each of settings(): `default`, `river.toml:3`, …
  std::vector<std::string> warnings;  // allowed, but probably not meant
};

struct ConfigErrors {
  std::vector<std::string> messages;  // `river.toml:3: …`, one line each
  bool usage = false;                 // some came from flags
};

[[nodiscard]] std::expected<LoadedConfig, ConfigErrors> load_config(const ConfigInputs& inputs);

// The environment of this process.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> process_environment();

}  // namespace river::server
