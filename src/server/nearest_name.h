// The known name that somebody probably meant.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace river::server {

// Insertions, deletions, substitutions and swaps of neighbours that turn one into the other.
[[nodiscard]] std::size_t edit_distance(std::string_view from, std::string_view to);

// The one of `known` with the least distance; one that differs only in the section before its last
// part (`connections_max` for `limits.connections_max`) comes first. Empty if `known` is.
[[nodiscard]] std::string nearest_name(std::string_view name, std::span<const std::string> known);

}  // namespace river::server
