// The command line of the river program: `serve` (also when no command is named), `check`,
// `token`, `version`.
#pragma once

#include <span>
#include <string>
#include <variant>
#include <vector>

#include "server/config.h"
#include "server/config_loader.h"
#include "server/secrets.h"
#include "server/token_command.h"

namespace river::server {

// What --config and the flags of settings say.
struct SettingArguments {
  std::string config_file;
  std::vector<FlagValue> flags;
};

struct ServeArguments : SettingArguments {};
struct CheckArguments : SettingArguments {
  bool markdown = false;  // the tables of docs/configuration.md instead
};
struct TokenArguments : SettingArguments {
  TokenOptions options;
};
// Nothing is left to do but to print: help, the version, or what is wrong.
struct PrintArguments {
  std::string text;
  int exit_code = 0;
};

using Arguments = std::variant<ServeArguments, CheckArguments, TokenArguments, PrintArguments>;

// `words` are those behind the program's name.
[[nodiscard]] Arguments parse_arguments(std::vector<std::string> words);

// Runs the server until it ends, and returns the exit code.
using ServeFunction = int (*)(const Config& config, const Secrets& secrets);

// All of main(): parses, loads the configuration, sets up the log and the secrets, then runs the
// command. Returns the exit code: 0, 1 (failed) or 2 (the command line is wrong).
int run_command_line(int argc, char** argv, ServeFunction serve);

}  // namespace river::server
