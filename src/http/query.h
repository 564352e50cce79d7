// What a request target says, decoded: segments of its path, parameters of its query.
//
// Strict: `%` not followed by two hexadecimal digits and `%00` make a thing no value (nullopt).
// Decoded text may hold any other byte, so check it before use: a channel by valid_channel(), …
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace river::http {

// Of a part of a path: `+` stays itself.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

// "/v1/channels/a%2Fb" → "v1", "channels", "a/b". Split before it is decoded, so that a `/` in a
// name is no border; `.` and `..` are names like others.
[[nodiscard]] std::optional<std::vector<std::string>> path_segments(std::string_view path);

// Whether all of a query can be decoded. Check it first to tell a broken query from a missing
// parameter, which are both nullopt below.
[[nodiscard]] bool valid_query(std::string_view query);

// The first value of this name, as a browser's URLSearchParams reads it: `+` is a space, a name
// without `=` has the empty value.
[[nodiscard]] std::optional<std::string> query_parameter(std::string_view query,
                                                         std::string_view name);

// All of its values, in order: "channel=a&channel=b". None is an empty list; nullopt if one of them
// is broken.
[[nodiscard]] std::optional<std::vector<std::string>> query_parameters(std::string_view query,
                                                                       std::string_view name);

}  // namespace river::http
