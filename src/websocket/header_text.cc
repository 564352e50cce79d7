#include "websocket/header_text.h"

#include <algorithm>
#include <cstddef>

namespace river::websocket {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

bool is_token_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

void HeaderText::skip_blanks() {
  const auto first = std::ranges::find_if_not(rest_, is_blank);
  rest_.remove_prefix(static_cast<std::size_t>(first - rest_.begin()));
}

bool HeaderText::take(char separator) {
  if (!rest_.starts_with(separator)) return false;
  rest_.remove_prefix(1);
  return true;
}

std::string_view HeaderText::take_token() {
  const auto end = std::ranges::find_if_not(rest_, is_token_character);
  const auto token = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
  rest_.remove_prefix(token.size());
  return token;
}

std::optional<std::string> HeaderText::take_quoted_string() {
  if (!take('"')) return std::nullopt;
  std::string text;
  while (!rest_.empty()) {
    if (take('"')) return text;
    if (take('\\') && rest_.empty()) return std::nullopt;
    text.push_back(rest_.front());
    rest_.remove_prefix(1);
  }
  return std::nullopt;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_token_character);
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::optional<std::vector<std::string_view>> parse_token_list(std::string_view list) {
  std::vector<std::string_view> tokens;
  HeaderText text(list);
  while (true) {
    text.skip_blanks();
    if (text.at_end()) return tokens;
    if (text.take(',')) continue;
    const std::string_view token = text.take_token();
    if (token.empty()) return std::nullopt;
    tokens.push_back(token);
    text.skip_blanks();
    if (!text.at_end() && !text.take(',')) return std::nullopt;
  }
}

}  // namespace river::websocket
