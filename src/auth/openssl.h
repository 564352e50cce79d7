// Small owners around OpenSSL, for the .cc files of this room only.
#pragma once

#include <memory>
#include <string_view>

#include <openssl/err.h>

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
  ErrorQueueGuard() { ERR_set_mark(); }
  ErrorQueueGuard(const ErrorQueueGuard&) = delete;
  ErrorQueueGuard& operator=(const ErrorQueueGuard&) = delete;
  ~ErrorQueueGuard() { ERR_pop_to_mark(); }
};

[[nodiscard]] inline const unsigned char* unsigned_data(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace river::auth
