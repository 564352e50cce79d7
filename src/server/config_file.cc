#include "server/config_file.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "server/text_file.h"

namespace river::server {
namespace {

int line_of(const toml::node& node) {
  return static_cast<int>(node.source().begin.line);
}

RawValue raw_value(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return number->get();
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (node.is_table()) return EmptyTable{};
  if (const auto* array = node.as_array()) {
    std::vector<std::string> items;
    for (const toml::node& item : *array) {
      const auto* text = item.as_string();
      if (text == nullptr) return OtherValue{};
      items.push_back(text->get());
    }
    return items;
  }
  return OtherValue{};
}

// Recursive, as deep as the file is: it is the operator's own.
void flatten(const toml::table& table, const std::string& prefix, ConfigFile& out) {
  for (const auto& [key, node] : table) {
    const std::string name = prefix + std::string(key.str());
    if (const auto* inner = node.as_table(); inner != nullptr && !inner->empty()) {
      flatten(*inner, name + ".", out);
    } else if (const auto* list = node.as_array(); list != nullptr && list->is_array_of_tables()) {
      for (const toml::node& element : *list) {
        ConfigFile inside;
        flatten(*element.as_table(), "", inside);
        out.records.push_back({name, line_of(element), std::move(inside.entries)});
        std::ranges::move(inside.records, std::back_inserter(out.records));
      }
    } else {
      out.entries.push_back({name, line_of(node), raw_value(node)});
    }
  }
}

}  // namespace

std::expected<ConfigFile, std::string> parse_config_file(std::string_view content,
                                                         const std::string& name) {
  try {
    ConfigFile file;
    flatten(toml::parse(content, name), "", file);
    // toml++ sorts by key; errors read better in the order of the file. Records stay in the order
    // of their lists, which counts.
    std::ranges::sort(file.entries, {}, [](const FileEntry& entry) {
      return std::pair(entry.line, std::string_view(entry.key));
    });
    return file;
  } catch (const toml::parse_error& error) {
    return std::unexpected(
        fmt::format("{}:{}: {}", name, error.source().begin.line, error.description()));
  }
}

std::expected<ConfigFile, std::string> read_config_file(const std::string& path) {
  const auto content = read_text_file(path);
  if (!content) return std::unexpected(content.error());
  return parse_config_file(*content, path);
}

}  // namespace river::server
