// For tests: texts in which `$name` stands for what is not known beforehand. A name that was set,
// or met before, means the same everywhere; a new one takes what it finds: inside quotes up to the
// next quote, else up to a comma or a bracket. `$_` takes anything, and is forgotten.
//
//   match(R"({"epoch":"$e","offset":3})", R"({"epoch":"x7","offset":3})")   // and now $e is x7
#pragma once

#include <cctype>
#include <map>
#include <string>
#include <string_view>

namespace river::session {

class Placeholders {
 public:
  void set(std::string_view name, std::string_view value) {
    values_[std::string(name)] = std::string(value);
  }
  void forget(const std::string& name) { values_.erase(name); }
  [[nodiscard]] const std::string& operator[](const std::string& name) const {
    return values_.at(name);
  }

  // With the values of all names.
  [[nodiscard]] std::string fill(std::string_view text) const {
    std::string filled;
    while (!text.empty()) {
      const std::string name = name_at(text);
      if (name.empty()) {
        filled += text.front();
        text.remove_prefix(1);
      } else {
        filled += values_.at(name);
        text.remove_prefix(1 + name.size());
      }
    }
    return filled;
  }

  [[nodiscard]] bool match(std::string_view pattern, std::string_view text) {
    bool quoted = false;
    while (!pattern.empty()) {
      const std::string name = name_at(pattern);
      if (name.empty()) {
        if (text.empty() || text.front() != pattern.front()) return false;
        quoted = pattern.front() == '"';
        pattern.remove_prefix(1);
        text.remove_prefix(1);
        continue;
      }
      pattern.remove_prefix(1 + name.size());
      const auto known = values_.find(name);
      if (known == values_.end()) {
        const std::string_view ends = quoted ? "\"" : ",{}[]";
        const std::size_t size = std::min(text.find_first_of(ends), text.size());
        if (name != "_") set(name, text.substr(0, size));
        text.remove_prefix(size);
      } else {
        if (!text.starts_with(known->second)) return false;
        text.remove_prefix(known->second.size());
      }
    }
    return text.empty();
  }

 private:
  static std::string name_at(std::string_view text) {
    if (!text.starts_with('$')) return {};
    std::size_t size = 1;
    while (size < text.size() &&
           (std::islower(static_cast<unsigned char>(text[size])) != 0 || text[size] == '_')) {
      ++size;
    }
    return std::string(text.substr(1, size - 1));
  }

  std::map<std::string, std::string> values_;
};

}  // namespace river::session
