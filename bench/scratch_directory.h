// ScratchDirectory: a directory for one server's files that goes away with this program, however it
// ends: by its destructor, a failure or ctrl-C.
#pragma once

#include <string>

#include <sys/types.h>

#include "net/file_descriptor.h"

namespace river::bench {

class ScratchDirectory {
 public:
  ScratchDirectory();
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
  net::FileDescriptor alive_;  // the remover waits for its end
  pid_t remover_ = 0;
};

}  // namespace river::bench
