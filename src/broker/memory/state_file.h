// StateFile: channels on disk between two runs: their positions and histories.
// Written at a graceful stop and removed when it has been read, so that after a hard kill nobody
// takes old positions for current ones.
//
//   "RIVERST1" | channels:8 | { name | epoch:8 | offset:8 | events:4 |
//                               { offset:8 | time:8 | event | data } … } … | SHA-256 of all before
//
// Texts are their length (4 bytes) and their bytes; numbers are little-endian.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "broker/memory/home.h"

namespace river::broker {

class StateFile {
 public:
  explicit StateFile(std::string path) : path_(std::move(path)) {}

  // Atomically, for its owner alone. The error is a sentence for the operator.
  [[nodiscard]] std::expected<void, std::string> write(
      const std::vector<StoredChannel>& channels) const;

  // Nothing there is no error, but no channels. A file that is not whole or not River's is an
  // error, and is removed like any other.
  [[nodiscard]] std::expected<std::vector<StoredChannel>, std::string> take() const;

 private:
  std::string path_;
};

// The format itself, without a disk.
[[nodiscard]] std::string encode_state(const std::vector<StoredChannel>& channels);
[[nodiscard]] std::expected<std::vector<StoredChannel>, std::string> decode_state(
    std::string_view bytes);

}  // namespace river::broker
