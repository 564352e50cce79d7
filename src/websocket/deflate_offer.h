// Negotiation of permessage-deflate (RFC 7692 §7). River keeps no context between messages in
// either direction: a publication is deflated once for everybody, and an idle connection holds no
// window.
#pragma once

#include <cstdint>
#include <optional>

#include "websocket/extension_list.h"

namespace river::websocket {

// What was agreed on, and what a compressor needs to know.
struct DeflateParameters {
  std::uint8_t server_window_bits = 15;

  friend bool operator==(const DeflateParameters&, const DeflateParameters&) = default;
};

struct DeflateOffer {
  std::uint8_t server_window_bits = 15;
  bool server_window_bits_given = false;  // then the answer must say which it is
};

// Nothing when the offer must be declined: another extension, a parameter that is unknown, repeated
// or has a bad value, or a window that zlib does not make.
[[nodiscard]] std::optional<DeflateOffer> read_deflate_offer(const Extension& extension);

}  // namespace river::websocket
