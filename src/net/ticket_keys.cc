#include "net/ticket_keys.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "base/assert.h"

namespace river::net {
namespace {

TicketKey make_key() {
  TicketKey key;
  const auto fill = [](std::span<unsigned char> bytes) {
    RIVER_ASSERT(::RAND_priv_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1);
  };
  fill(key.name);
  fill(key.cipher);
  fill(key.mac);
  return key;
}

}  // namespace

TicketKey::~TicketKey() {
  ::OPENSSL_cleanse(cipher.data(), cipher.size());
  ::OPENSSL_cleanse(mac.data(), mac.size());
}

TicketKeys::TicketKeys(TimePoint now) : current_(make_key()), made_at_(now) {}

TicketKey TicketKeys::to_seal(TimePoint now) {
  const std::lock_guard lock(mutex_);
  renew(now);
  return current_;
}

std::optional<TicketKey> TicketKeys::to_open(const TicketKey::Name& name, TimePoint now) {
  const std::lock_guard lock(mutex_);
  renew(now);
  if (name == current_.name) return current_;
  if (before_.has_value() && name == before_->name) return before_;
  return std::nullopt;
}

void TicketKeys::renew(TimePoint now) {
  const milliseconds age = now - made_at_;
  if (age < seals_for) return;
  before_.reset();
  if (age < 2 * seals_for) before_ = current_;
  current_ = make_key();
  made_at_ = now;
}

}  // namespace river::net
