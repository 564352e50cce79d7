#include "server/check_command.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>
#include <unistd.h>

#include "auth/api_keys.h"
#include "base/file.h"
#include "net/tls_context.h"
#include "server/exit_code.h"
#include "server/secrets.h"
#include "server/settings.h"
#include "server/standard_output.h"
#include "server/text_file.h"
#include "server/token_keys.h"

namespace river::server {
namespace {

// `[[channels]]` and `[[auth.keys]]`: only what is set.
template <typename Record>
std::string record_line(std::span<const Field<Record>> fields, const Record& record) {
  std::string line;
  for (const Field<Record>& field : fields) {
    const std::string value = field.secret ? "(1 secret)" : field.show(record);
    if (field.show(record).empty()) continue;
    fmt::format_to(std::back_inserter(line), "{}{} = {}", line.empty() ? "" : ", ", field.key,
                   value);
  }
  return line;
}

std::string secret_line(std::string_view what, const std::string& file, bool is_there) {
  if (file.empty()) return fmt::format("{}: from the configuration\n", what);
  return fmt::format("{}: {}{}\n", what, file, is_there ? "" : " (made at the first start)");
}

// What `river serve` would say of the files, all of it at once where it can be.
std::vector<std::string> tls_errors(const Config::Tls& tls) {
  if (tls.cert.empty()) return {};
  std::vector<std::string> found;
  const auto check = [&found](std::string_view setting, const std::string& path) {
    const auto content = read_text_file(path);
    if (!content) found.push_back(fmt::format("{}: {}", setting, content.error()));
  };
  check("tls.cert", tls.cert);
  check("tls.key", tls.key);
  if (!found.empty()) return found;
  const auto loaded = net::TlsContext::load(tls.cert, tls.key);
  if (!loaded) found.push_back(loaded.error());
  return found;
}

std::vector<std::string> listen_errors(const Config& config) {
  std::vector<std::string> found;
  for (const ListenAddress& listen : config.listen) {
    const auto address = address_of(listen);
    if (!address) found.push_back(fmt::format("listen: {}", address.error()));
  }
  return found;
}

}  // namespace

std::string config_report(const LoadedConfig& loaded) {
  std::size_t key_width = 0;
  std::size_t value_width = 0;
  for (const Setting& setting : settings()) {
    key_width = std::max(key_width, setting.key.size());
    value_width = std::max(value_width, shown(setting, loaded.config).size());
  }
  std::string out;
  for (std::size_t i = 0; i < settings().size(); ++i) {
    fmt::format_to(std::back_inserter(out), "{:<{}}  {:<{}}  {}\n", settings()[i].key, key_width,
                   shown(settings()[i], loaded.config), value_width, loaded.sources[i]);
  }
  for (const AuthKey& key : loaded.config.auth.keys) {
    out += fmt::format("[[auth.keys]]  {}\n", record_line(auth_key_fields(), key));
  }
  for (const ChannelPattern& channel : loaded.config.channels) {
    out += fmt::format("[[channels]]  {}\n", record_line(channel_fields(), channel));
  }
  return out;
}

int run_check(const std::expected<LoadedConfig, ConfigErrors>& loaded) {
  if (!loaded) return report_errors(loaded.error());
  std::string report = config_report(*loaded) + "\n";
  ConfigErrors errors{listen_errors(loaded->config)};
  std::ranges::move(tls_errors(loaded->config.tls), std::back_inserter(errors.messages));
  if (const auto secrets = read_secrets(loaded->config)) {
    const auto api_keys = auth::ApiKeys::make(secrets->api_keys);
    if (!api_keys) errors.messages.push_back(api_keys.error());
    const auto keys = token_keys(loaded->config, *secrets);
    if (!keys) errors.messages.push_back(keys.error());
    report += secret_line("API key", secrets->api_key_file, !secrets->api_keys.empty());
    report += secret_line("JWT secret", secrets->jwt_secret_file, !secrets->jwt_secrets.empty());
  } else {
    errors.messages.push_back(secrets.error());
  }
  if (errors.messages.empty()) report += "\nThe configuration is valid.\n";
  const auto printed = print(report);
  if (!printed) errors.messages.push_back(printed.error());
  for (const std::string& warning : loaded->warnings) {
    static_cast<void>(write_all(STDERR_FILENO, fmt::format("warning: {}\n", warning)));
  }
  return errors.messages.empty() ? exit_success : report_errors(errors);
}

}  // namespace river::server
