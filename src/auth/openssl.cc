#include "auth/openssl.h"

#include <openssl/err.h>

namespace river::auth {

ErrorQueueGuard::ErrorQueueGuard() {
  ERR_set_mark();
}
ErrorQueueGuard::~ErrorQueueGuard() {
  ERR_pop_to_mark();
}

}  // namespace river::auth
