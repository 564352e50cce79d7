// Small owners around OpenSSL, for the .cc files of this room. Its headers stay in those.
#pragma once

#include <memory>
#include <string_view>

namespace river::auth {

template <auto free_function>
struct OpensslDeleter {
  template <typename Object>
  void operator()(Object* object) const {
    free_function(object);
  }
};

template <typename Object, auto free_function>
using OpensslHandle = std::unique_ptr<Object, OpensslDeleter<free_function>>;

// OpenSSL keeps a queue of errors a thread, in which TLS on the same thread would find ours.
class ErrorQueueGuard {
 public:
  ErrorQueueGuard();
  ErrorQueueGuard(const ErrorQueueGuard&) = delete;
  ErrorQueueGuard& operator=(const ErrorQueueGuard&) = delete;
  ~ErrorQueueGuard();
};

// Bytes as OpenSSL takes them.
[[nodiscard]] inline const unsigned char* unsigned_data(std::string_view bytes) {
  return static_cast<const unsigned char*>(static_cast<const void*>(bytes.data()));
}

}  // namespace river::auth
