#include "server/config_loader.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"
#include "server/config_file.h"
#include "server/nearest_name.h"
#include "server/settings.h"

namespace river::server {
namespace {

constexpr std::string_view config_variable = "RIVER_CONFIG";
constexpr std::string_view state_directory_variable = "STATE_DIRECTORY";

// Where clients and backends find River, in the examples and wherever both run from one shell:
// meant for them, not for River.
constexpr std::string_view client_variable = "RIVER_HOST";

// A Kubernetes service named `river` or `river-…` puts its address into the environment of every
// pod of its namespace, in names of the manner of old Docker links: not meant for River.
bool is_service_link(std::string_view name, std::string_view value) {
  return name.find("_SERVICE_HOST") != std::string_view::npos ||
         name.find("_SERVICE_PORT") != std::string_view::npos ||
         (name.find("_PORT") != std::string_view::npos &&
          (value.starts_with("tcp://") || value.starts_with("udp://") ||
           name.find("_TCP_") != std::string_view::npos ||
           name.find("_UDP_") != std::string_view::npos));
}

template <typename Record>
std::vector<std::string> keys_of(std::span<const Field<Record>> fields) {
  std::vector<std::string> keys;
  for (const Field<Record>& field : fields) keys.emplace_back(field.key);
  return keys;
}

std::optional<std::string> check_channel(const ChannelPattern& channel) {
  if (channel.pattern.empty()) return "a rule needs a pattern, such as pattern = \"chat-*\"";
  constexpr std::string_view allowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-=@,.;:/#*";
  if (channel.pattern.find_first_not_of(allowed) == std::string::npos) return std::nullopt;
  return fmt::format(
      "pattern \"{}\" can match no channel: names are made of A-Z a-z 0-9 and "
      "_-=@,.;:/#, and * is any run of them",
      channel.pattern);
}

std::optional<std::string> check_auth_key(const AuthKey& key) {
  const int materials = static_cast<int>(!key.secret.empty()) +
                        static_cast<int>(!key.public_key_file.empty()) +
                        static_cast<int>(!key.jwks_file.empty());
  if (materials != 1) return "a key needs exactly one of secret, public_key_file and jwks_file";
  if (!key.jwks_file.empty() && !key.kid.empty()) {
    return "a jwks_file names the kid of each of its keys itself: leave it out here";
  }
  if (key.secret.empty() || key.secret.size() >= limits::token_secret_bytes_min) {
    return std::nullopt;
  }
  return fmt::format("the secret has {} bytes and needs {}; `openssl rand -hex 32` makes one",
                     key.secret.size(), limits::token_secret_bytes_min);
}

class Loader {
 public:
  explicit Loader(const ConfigInputs& inputs) : inputs_(inputs) {
    loaded_.sources.assign(settings().size(), "default");
  }

  std::expected<LoadedConfig, ConfigErrors> load() {
    take_state_directory();
    take_file();
    take_environment();
    take_flags();
    if (errors_.messages.empty()) errors_.messages = contradictions(loaded_.config);
    if (!errors_.messages.empty()) return std::unexpected(std::move(errors_));
    std::ranges::move(config_warnings(loaded_.config), std::back_inserter(loaded_.warnings));
    return std::move(loaded_);
  }

 private:
  void take_state_directory() {
    const std::optional<std::string> directories = variable(state_directory_variable);
    if (!directories || directories->empty()) return;
    // systemd lists several, separated by colons.
    loaded_.config.data_dir = directories->substr(0, directories->find(':'));
    const auto setting = std::ranges::find(settings(), "data_dir", &Setting::key);
    loaded_.sources[setting - settings().begin()] = "STATE_DIRECTORY";
  }

  void take_file() {
    loaded_.file = inputs_.file;
    if (loaded_.file.empty()) loaded_.file = variable(config_variable).value_or("");
    if (loaded_.file.empty()) return;
    const auto file = read_config_file(loaded_.file);
    if (!file) {
      errors_.messages.push_back(file.error());
      return;
    }
    for (const FileEntry& entry : file->entries) take_entry(entry);
    for (const FileRecord& record : file->records) take_record(record);
    warn_of_open_file();
  }

  void take_entry(const FileEntry& entry) {
    const auto setting = std::ranges::find(settings(), entry.key, &Setting::key);
    if (setting != settings().end()) {
      take(*setting, entry.value, place(entry.line));
      return;
    }
    std::vector<std::string> known = keys_of(settings());
    known.insert(known.end(), {"channels", "auth.keys"});
    if (is_empty_section(entry, known)) return;
    fail(place(entry.line), fmt::format("unknown setting {}; the nearest known one is {}",
                                        entry.key, nearest_name(entry.key, known)));
  }

  // `[limits]` with nothing below it is no mistake; `[limit]` is.
  static bool is_empty_section(const FileEntry& entry, std::span<const std::string> known) {
    return std::holds_alternative<EmptyTable>(entry.value) &&
           std::ranges::any_of(known, [&entry](const std::string& key) {
             return key.starts_with(entry.key + ".");
           });
  }

  void take_record(const FileRecord& record) {
    if (record.list == "channels") {
      loaded_.config.channels.push_back(read_record(record, channel_fields(), check_channel));
    } else if (record.list == "auth.keys") {
      loaded_.config.auth.keys.push_back(read_record(record, auth_key_fields(), check_auth_key));
    } else {
      const std::vector<std::string> known = {"channels", "auth.keys"};
      fail(place(record.line),
           fmt::format("unknown list of tables [[{}]]; the nearest known one is [[{}]]",
                       record.list, nearest_name(record.list, known)));
    }
  }

  template <typename Record>
  Record read_record(const FileRecord& from, std::span<const Field<Record>> fields,
                     std::optional<std::string> (*check)(const Record&)) {
    Record record;
    const std::size_t errors_before = errors_.messages.size();
    for (const FileEntry& entry : from.entries) {
      const auto field = std::ranges::find(fields, entry.key, &Field<Record>::key);
      const std::string name = fmt::format("{}.{}", from.list, entry.key);
      if (field == fields.end()) {
        fail(place(entry.line),
             fmt::format("unknown setting {}; the nearest known one is {}.{}", name, from.list,
                         nearest_name(entry.key, keys_of(fields))));
      } else if (const auto read = field->read(record, entry.value, field->range); !read) {
        // Not what was written: it may be a secret.
        fail(place(entry.line), fmt::format("{}: expected {}", name, read.error()));
      }
    }
    if (errors_.messages.size() != errors_before) return record;
    if (const std::optional<std::string> error = check(record)) {
      fail(place(from.line), fmt::format("[[{}]]: {}", from.list, *error));
    }
    return record;
  }

  void take_environment() {
    std::vector<std::string> known = {std::string(config_variable)};
    for (const Setting& setting : settings()) known.push_back(environment_name(setting));
    for (const auto& [name, value] : inputs_.environment) {
      if (!name.starts_with("RIVER_")) continue;
      if (name == config_variable || name == client_variable) continue;
      const auto setting = std::ranges::find(settings(), name, environment_name);
      if (setting != settings().end()) {
        // Empty is as good as unset: that is what `${NAME:-}` leaves in container files.
        if (!value.empty()) take(*setting, PlainText{value}, name);
      } else if (!is_service_link(name, value)) {
        fail("environment", fmt::format("unknown variable {}; the nearest known one is {}", name,
                                        nearest_name(name, known)));
      }
    }
  }

  void take_flags() {
    const std::size_t errors_before = errors_.messages.size();
    for (const FlagValue& flag : inputs_.flags) {
      const auto setting = std::ranges::find(settings(), flag.name, flag_name);
      RIVER_ASSERT(setting != settings().end());
      take(*setting, PlainText{flag_text(*setting, flag)}, flag.name);
    }
    errors_.usage = errors_.messages.size() != errors_before;
  }

  // A list grows with each use of its flag; for all else the last one counts.
  static std::string flag_text(const Setting& setting, const FlagValue& flag) {
    if (setting.is_list) return fmt::format("{}", fmt::join(flag.values, ","));
    return flag.values.empty() ? "" : flag.values.back();
  }

  void take(const Setting& setting, const RawValue& value, const std::string& source) {
    if (const auto read = setting.read(loaded_.config, value, setting.range); read) {
      loaded_.sources[static_cast<std::size_t>(&setting - settings().data())] = source;
    } else if (setting.secret) {
      fail(source, fmt::format("{}: expected {}", setting.key, read.error()));
    } else {
      fail(source,
           fmt::format("{}: expected {}; got {}", setting.key, read.error(), describe(value)));
    }
  }

  void warn_of_open_file() {
    const Config::Auth& auth = loaded_.config.auth;
    const bool holds_secrets =
        !auth.api_keys.empty() || !auth.jwt_secrets.empty() ||
        std::ranges::any_of(auth.keys, [](const AuthKey& key) { return !key.secret.empty(); });
    struct stat status{};
    if (!holds_secrets || stat(loaded_.file.c_str(), &status) != 0) return;
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) == 0) return;
    loaded_.warnings.push_back(
        fmt::format("{0} holds secrets and other users can read it: chmod 600 {0}", loaded_.file));
  }

  void fail(const std::string& where, const std::string& what) {
    errors_.messages.push_back(fmt::format("{}: {}", where, what));
  }

  [[nodiscard]] std::string place(int line) const {
    return fmt::format("{}:{}", loaded_.file, line);
  }

  [[nodiscard]] std::optional<std::string> variable(std::string_view name) const {
    const auto found =
        std::ranges::find(inputs_.environment, name, &std::pair<std::string, std::string>::first);
    if (found == inputs_.environment.end()) return std::nullopt;
    return found->second;
  }

  const ConfigInputs& inputs_;
  LoadedConfig loaded_;
  ConfigErrors errors_;
};

}  // namespace

std::expected<LoadedConfig, ConfigErrors> load_config(const ConfigInputs& inputs) {
  return Loader(inputs).load();
}

std::vector<std::pair<std::string, std::string>> process_environment() {
  std::vector<std::pair<std::string, std::string>> environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    environment.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

}  // namespace river::server
