#include "server/settings_text.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

#include "server/settings.h"

namespace river::server {
namespace {

constexpr std::size_t help_columns = 92;

// `limits.connections_max` → `limits`; empty for those without a section.
std::string_view section_of(std::string_view key) {
  const std::size_t dot = key.find('.');
  return dot == std::string_view::npos ? std::string_view{} : key.substr(0, dot);
}

void append_wrapped(std::string& out, std::string_view text, std::string_view indent) {
  while (!text.empty()) {
    std::size_t end = std::min(text.size(), help_columns - indent.size());
    if (end < text.size()) {
      const std::size_t space = text.rfind(' ', end);
      if (space != std::string_view::npos) end = space;
    }
    fmt::format_to(std::back_inserter(out), "{}{}\n", indent, text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

template <typename Record>
void append_rows(std::string& out, std::span<const Field<Record>> fields) {
  out += "\n| Setting | What it does |\n|---|---|\n";
  for (const Field<Record>& field : fields) {
    fmt::format_to(std::back_inserter(out), "| `{}` | {} |\n", field.key, field.help);
  }
}

}  // namespace

std::string settings_help() {
  const Config defaults;
  std::string out = "Settings, with their defaults:\n";
  for (const Setting& setting : settings()) {
    const std::string value = setting.show(defaults);
    const std::string name = setting.secret ? environment_name(setting) : flag_name(setting);
    fmt::format_to(std::back_inserter(out), "  {}{}\n", name,
                   value.empty() ? "" : fmt::format(" ({})", value));
    append_wrapped(out, setting.help, "      ");
  }
  out +=
      "\nEach can also stand in the file of --config, and in the environment: --tls-cert is\n"
      "RIVER_TLS_CERT. A flag outweighs the environment, which outweighs the file.\n"
      "`river check` shows what is set, and where.\n";
  return out;
}

std::string settings_markdown() {
  const Config defaults;
  std::string out;
  std::string_view section = "none yet";
  for (const Setting& setting : settings()) {
    if (section_of(setting.key) != section) {
      section = section_of(setting.key);
      out += section.empty() ? "### General\n" : fmt::format("\n### `[{}]`\n", section);
      out += "\n| Setting | Default | What it does |\n|---|---|---|\n";
    }
    const std::string value = setting.show(defaults);
    fmt::format_to(std::back_inserter(out), "| `{}` | {} | {} |\n", setting.key,
                   value.empty() ? "–" : fmt::format("`{}`", value), setting.help);
  }
  out += "\n### `[[auth.keys]]`\n";
  append_rows(out, auth_key_fields());
  out += "\n### `[[channels]]`\n";
  append_rows(out, channel_fields());
  return out;
}

}  // namespace river::server
