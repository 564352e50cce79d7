// For tests: takes all descriptors there are, as long as it lives. Little can be done meanwhile:
// sanitizers need descriptors, too.
#pragma once

#include <cerrno>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "net/file_descriptor.h"

namespace river::net {

class NoDescriptorsLeft {
 public:
  // But for so many.
  explicit NoDescriptorsLeft(std::size_t left = 0) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit low = before_;
    low.rlim_cur = 200;
    ::setrlimit(RLIMIT_NOFILE, &low);
    for (FileDescriptor copy(::dup(0)); copy.is_open(); copy = FileDescriptor(::dup(0))) {
      taken_.push_back(std::move(copy));
    }
    EXPECT_EQ(errno, EMFILE);
    taken_.resize(taken_.size() - left);
  }
  ~NoDescriptorsLeft() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  NoDescriptorsLeft(const NoDescriptorsLeft&) = delete;
  NoDescriptorsLeft& operator=(const NoDescriptorsLeft&) = delete;

 private:
  rlimit before_{};
  std::vector<FileDescriptor> taken_;
};

}  // namespace river::net
