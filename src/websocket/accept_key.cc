#include "websocket/accept_key.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include <openssl/evp.h>

#include "base/assert.h"

namespace river::websocket {
namespace {

constexpr std::string_view guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455 §1.3
constexpr std::size_t sha1_bytes = 20;
constexpr std::size_t key_characters = 24;  // 16 bytes in base64

bool is_base64_digit(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/';
}

// 16 bytes make 22 digits and two pads.
bool is_key(std::string_view key) {
  return key.size() == key_characters && key.ends_with("==") &&
         std::ranges::all_of(key.substr(0, key_characters - 2), is_base64_digit);
}

}  // namespace

std::optional<std::string> accept_key(std::string_view key) {
  if (!is_key(key)) return std::nullopt;
  std::array<unsigned char, key_characters + guid.size()> text;
  std::ranges::copy(guid, std::ranges::copy(key, text.begin()).out);

  // Looked up once: SHA1() searches OpenSSL's providers at every call.
  static const EVP_MD* const sha1 = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  std::array<unsigned char, sha1_bytes> digest;
  RIVER_ASSERT(EVP_Digest(text.data(), text.size(), digest.data(), nullptr, sha1, nullptr) == 1);

  std::array<unsigned char, (sha1_bytes + 2) / 3 * 4 + 1> encoded;  // and a NUL
  const int size = EVP_EncodeBlock(encoded.data(), digest.data(), sha1_bytes);
  return std::string(encoded.begin(), encoded.begin() + size);
}

}  // namespace river::websocket
