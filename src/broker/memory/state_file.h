// StateFile: channels on disk between two runs: their positions and histories, and the ids that
// their events were published under. Written at a graceful stop and removed when it has been read,
// so that after a hard kill nobody takes old positions for current ones.
//
//   "RIVERST2" | channels:8 | { name | epoch:8 | offset:8 | events:4 |
//                               { offset:8 | time:8 | event | data } … } …
//              | keys of the ids:4×8 | IDS of backends | IDS of clients
//              | SHA-256 of all before
//
//   IDS: ids:8 | { hash:2×8 | epoch:8 | offset:8 | time:8 } …
//
// Texts are their length (4 bytes) and their bytes; numbers are little-endian.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/memory/home.h"

namespace river::broker {

struct StoredState {
  std::vector<StoredChannel> channels;
  StoredIds ids;
};

class StateFile {
 public:
  explicit StateFile(std::string path) : path_(std::move(path)) {}

  // Atomically, for its owner alone. The error is a sentence for the operator.
  [[nodiscard]] std::expected<void, std::string> write(const StoredState& state) const;

  // Nothing there is no error and no state. A file that is not whole or not River's is an error,
  // and is removed like any other.
  [[nodiscard]] std::expected<std::optional<StoredState>, std::string> take() const;

 private:
  std::string path_;
};

// The format itself, without a disk.
[[nodiscard]] std::string encode_state(const StoredState& state);
[[nodiscard]] std::expected<StoredState, std::string> decode_state(std::string_view bytes);

}  // namespace river::broker
