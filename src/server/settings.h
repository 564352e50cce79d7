// The table of all settings: what parses, explains and documents them comes from here alone.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "server/config.h"
#include "server/setting_value.h"

namespace river::server {

// One value of a Config, or of a table in its lists.
template <typename Record>
struct Field {
  std::string_view key;   // as in the file: `tls.cert`
  std::string_view help;  // one or two sentences, without a full stop at the end
  Range range = {};
  bool secret = false;     // never shown, and never a flag: other users see the process list
  bool is_switch = false;  // true or false: its flag stands for true
  bool is_list = false;
  ReadResult (*read)(Record&, const RawValue&, Range) = nullptr;
  std::string (*show)(const Record&) = nullptr;
};

using Setting = Field<Config>;

[[nodiscard]] std::span<const Setting> settings();
[[nodiscard]] std::span<const Field<ChannelPattern>> channel_fields();  // [[channels]]
[[nodiscard]] std::span<const Field<AuthKey>> auth_key_fields();        // [[auth.keys]]

// `tls.cert` → `RIVER_TLS_CERT`; the secrets are `RIVER_API_KEY` and `RIVER_JWT_SECRET`.
[[nodiscard]] std::string environment_name(const Setting& setting);
// `tls.cert` → `--tls-cert`; empty for secrets.
[[nodiscard]] std::string flag_name(const Setting& setting);

// What a user may see of a setting: `(2 secrets)` for secrets, `""` for nothing.
[[nodiscard]] std::string shown(const Setting& setting, const Config& config);

}  // namespace river::server
