// Channel patterns, as in grants and rules: `*` matches any run of characters, also none; all else
// is literal. At worst pattern × text, in steps of memory comparison; never recursive.
#pragma once

#include <string_view>

namespace river {

[[nodiscard]] bool pattern_matches(std::string_view pattern, std::string_view text);

}  // namespace river
