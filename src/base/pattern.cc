#include "base/pattern.h"

namespace river {

// What is between two stars is looked for from the left, once; what is behind the last one can only
// stand at the end. To try it at every place took a client who renews its token, with 60 grants
// such as `*aaa…b`, 26 ms of its loop each time.
bool pattern_matches(std::string_view pattern, std::string_view text) {
  constexpr std::string_view::size_type none = std::string_view::npos;
  auto star = pattern.find('*');
  if (star == none) return pattern == text;
  if (!text.starts_with(pattern.substr(0, star))) return false;
  text.remove_prefix(star);
  pattern.remove_prefix(star + 1);
  while ((star = pattern.find('*')) != none) {
    // The first place leaves the most for what follows.
    const auto place = text.find(pattern.substr(0, star));
    if (place == none) return false;
    text.remove_prefix(place + star);
    pattern.remove_prefix(star + 1);
  }
  return text.ends_with(pattern);
}

}  // namespace river
