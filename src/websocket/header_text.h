// HeaderText: reads the value of a header from left to right, once: tokens, separators and quoted
// strings of RFC 9110 §5.6. Borrows the text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace river::websocket {

class HeaderText {
 public:
  explicit HeaderText(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  void skip_blanks();
  [[nodiscard]] bool take(char separator);      // if it comes next
  [[nodiscard]] std::string_view take_token();  // empty if none comes next

  // What a quoted string says, if one comes next and is closed. Any bytes may stand in it.
  [[nodiscard]] std::optional<std::string> take_quoted_string();

 private:
  std::string_view rest_;
};

[[nodiscard]] bool is_token(std::string_view text);
[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view b);

// The elements of `a, b, c`, which point into `list`; nothing when one is not a token. Empty
// elements are skipped, as RFC 9110 §5.6.1 asks of recipients.
[[nodiscard]] std::optional<std::vector<std::string_view>> parse_token_list(std::string_view list);

}  // namespace river::websocket
