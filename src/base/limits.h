// Limits that the code relies on. Those that an operator may change are defaults here and settings
// in server/config; each says its unit and its reason.
#pragma once

#include <cstddef>
#include <cstdint>

namespace river::limits {

inline constexpr std::size_t kib = 1024;
inline constexpr std::size_t mib = 1024 * kib;

// ── HTTP (security.md A) ──
inline constexpr std::size_t http_head_bytes_max = 8 * kib;       // start line and headers
inline constexpr std::size_t http_target_bytes_max = 4 * kib;     // holds an SSE token in the query
inline constexpr std::size_t http_headers_max = 100;              // as uWebSockets
inline constexpr std::size_t http_body_bytes_max = 1 * mib;       // one batch of publications
inline constexpr std::size_t http_pipeline_bytes_max = 64 * kib;  // read ahead behind one request

// ── WebSocket ──
inline constexpr std::size_t message_bytes_max = 68 * kib;
inline constexpr std::size_t message_bytes_before_auth_max = 16 * kib;
inline constexpr std::size_t message_fragments_max = 1024;
inline constexpr std::size_t deflate_bytes_min =
    1 * kib;  // below, deflate costs more than it saves

// ── Protocol ──
inline constexpr std::size_t channel_bytes_max = 200;
inline constexpr std::size_t event_bytes_max = 200;
inline constexpr std::size_t data_bytes_max = 64 * kib;
inline constexpr std::size_t user_bytes_max = 200;      // `sub` of a token
inline constexpr std::size_t info_bytes_max = 1 * kib;  // `river.info` of a token, per member
// What a client's message has around its `data`: names and id of the largest size, with escapes,
// and some. So that too much data is an error of that call, and only far too much closes the
// connection.
inline constexpr std::size_t message_envelope_bytes = 4 * kib;
inline constexpr std::size_t publication_id_bytes_max = 64;
inline constexpr std::size_t epoch_bytes_max = 32;  // what a client may send as one
inline constexpr std::size_t json_depth_max = 64;
inline constexpr std::size_t token_bytes_max = 8 * kib;
inline constexpr std::size_t grants_max = 100;             // patterns in one token
inline constexpr std::size_t token_secret_bytes_min = 32;  // RFC 7518 §3.2, for HS256
inline constexpr std::size_t api_key_bytes_min = 1;
inline constexpr std::size_t api_key_bytes_advised = 16;  // 128 bits; fewer are warned of
inline constexpr std::size_t subscriptions_max = 100;
inline constexpr std::size_t members_listed_max = 1000;
// One notice of who came and went; the rest waits for the next. So that a whole room that arrives
// or leaves at once (a node went down) fills nobody's outbox: it holds sixteen.
inline constexpr std::size_t presence_notice_bytes_max = 64 * kib;
inline constexpr std::size_t history_page_max = 1000;     // events in one answer
inline constexpr std::size_t history_page_default = 100;  // when the question names no limit
inline constexpr std::size_t channels_page_max = 1000;
inline constexpr std::size_t publish_channels_max = 100;  // channels[] of one publish
inline constexpr std::size_t publish_batch_max = 1000;    // messages of one batch

static_assert(http_target_bytes_max < http_head_bytes_max);
static_assert(message_bytes_before_auth_max >= token_bytes_max + 256, "an auth message must fit");
static_assert(message_bytes_max == data_bytes_max + message_envelope_bytes);
static_assert(history_page_default <= history_page_max);
static_assert(data_bytes_max <= http_body_bytes_max);

}  // namespace river::limits
