// The data of the events that are published.
#pragma once

#include <cstddef>
#include <string>

namespace river::bench {

// JSON of exactly `bytes` bytes: a string of one letter; or, if `compressible`, records as
// applications send them, which deflate makes about a quarter of. At least 2 bytes.
[[nodiscard]] std::string sample_data(std::size_t bytes, bool compressible);

// The same for an event that is one frame of `wire_bytes` from the server, with `envelope_bytes`
// around its data. Ends the program if that leaves no room.
[[nodiscard]] std::string sample_data_in_frame(std::size_t wire_bytes, std::size_t envelope_bytes,
                                               bool compressible);

}  // namespace river::bench
