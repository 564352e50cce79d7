#include "websocket/message_reader.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/assert.h"
#include "base/utf8.h"
#include "websocket/frame_header.h"

namespace river::websocket {
namespace {

// On the wire or, if it was compressed, by what came out: its sender compresses without knowing it.
constexpr ReadError too_large{close_code::too_large, "the message is too large"};
constexpr ReadError invalid_text{close_code::invalid_data, "text is not UTF-8"};

ReadError protocol_error(std::string_view reason) {
  return {close_code::protocol_error, reason};
}

ReadError to_read_error(InflateError error) {
  switch (error) {
    case InflateError::too_large:
      return too_large;
    case InflateError::bad_data:
      return {close_code::invalid_data, "compressed message is damaged"};
  }
  RIVER_ASSERT(false);
}

// Most that a message can take on the wire. What has no pattern grows when deflated: by little with
// zlib, by an eighth with the poorest encoder that zlib's own deflateBound() reckons with.
std::size_t wire_bytes_max(std::size_t message_bytes_max, bool compressed) {
  return compressed ? message_bytes_max + message_bytes_max / 8 + 64 : message_bytes_max;
}

std::uint16_t close_code_of(std::string_view body) {
  return static_cast<std::uint16_t>(static_cast<std::uint8_t>(body[0]) << 8 |
                                    static_cast<std::uint8_t>(body[1]));
}

// The body of a close frame, or the beginning of one: a code and a reason.
std::optional<ReadError> check_close(std::string_view body, bool whole) {
  if (body.size() < 2) {
    if (whole && !body.empty()) return protocol_error("close frame with half a code");
    return std::nullopt;
  }
  if (!is_wire_close_code(close_code_of(body))) return protocol_error("close code not allowed");
  Utf8Validator utf8;
  if (!utf8.feed(body.substr(2)) || (whole && !utf8.complete())) {
    return ReadError{close_code::invalid_data, "close reason is not UTF-8"};
  }
  return std::nullopt;
}

}  // namespace

struct MessageReader::Context {
  const ReaderOptions& options;
  Inflater& inflater;
  MessageSink& sink;
};

// A frame whose header was read.
struct MessageReader::Frame {
  explicit Frame(const FrameHeader& header)
      : remaining_bytes(header.payload_bytes),
        mask(header.mask),
        opcode(header.opcode),
        final(header.final),
        compressed(header.compressed) {}

  std::uint64_t remaining_bytes;  // of the payload
  Mask mask;
  Opcode opcode;
  bool final;
  bool compressed;
};

// A message of which at least a frame's header has come.
struct MessageReader::Message {
  explicit Message(const Frame& first) : opcode(first.opcode), compressed(first.compressed) {}

  // Compressed text can only be judged once inflated.
  [[nodiscard]] bool may_go_on_with(std::string_view chunk) {
    return opcode != Opcode::text || compressed || utf8.feed(chunk);
  }

  std::string bytes;  // as on the wire, but unmasked
  std::uint32_t fragments = 1;
  Opcode opcode;
  bool compressed;
  Utf8Validator utf8;
};

struct MessageReader::State {
  std::optional<Frame> frame;      // its payload is unfinished
  std::optional<Message> message;  // likewise
  std::string control;             // what has come of an unfinished control frame's payload
  std::array<char, frame_header_bytes_max> header;
  std::uint8_t header_bytes = 0;  // that have come of an unfinished header
  bool ended = false;
};

MessageReader::MessageReader() = default;
MessageReader::~MessageReader() = default;
MessageReader::MessageReader(MessageReader&& other) noexcept = default;
MessageReader& MessageReader::operator=(MessageReader&& other) noexcept = default;

auto MessageReader::feed(std::span<char> bytes, const ReaderOptions& options, Inflater& inflater,
                         MessageSink& sink) -> Result {
  const Context context{options, inflater, sink};
  while (!bytes.empty() && !ended()) {
    if (Result error = read_frame(bytes, context)) {
      end();
      return error;
    }
  }
  return std::nullopt;
}

std::size_t MessageReader::buffered_bytes() const {
  if (state_ == nullptr) return 0;
  const std::size_t message = state_->message ? state_->message->bytes.capacity() : 0;
  return sizeof(State) + message + state_->control.capacity();
}

// One frame, or what has come of it.
auto MessageReader::read_frame(std::span<char>& bytes, const Context& context) -> Result {
  std::optional<Frame> frame;
  if (state_ != nullptr) frame = std::exchange(state_->frame, std::nullopt);
  if (!frame) {
    if (Result error = begin_frame(bytes, context.options, frame)) return error;
    if (!frame) return std::nullopt;
  }

  const auto chunk = bytes.first(std::min<std::uint64_t>(frame->remaining_bytes, bytes.size()));
  bytes = bytes.subspan(chunk.size());
  frame->mask.apply(chunk);
  frame->remaining_bytes -= chunk.size();
  if (frame->remaining_bytes > 0) {
    state().frame = *frame;
  } else {
    drop_empty_state();
  }
  const std::string_view payload(chunk.data(), chunk.size());
  return is_control(frame->opcode) ? take_control(*frame, payload, context)
                                   : take_data(*frame, payload, context);
}

// Leaves `frame` empty, and keeps the bytes, while the header is unfinished.
auto MessageReader::begin_frame(std::span<char>& bytes, const ReaderOptions& options,
                                std::optional<Frame>& frame) -> Result {
  std::array<char, frame_header_bytes_max> joined;
  std::span<const char> source = bytes;
  const std::size_t kept = state_ == nullptr ? 0 : state_->header_bytes;
  if (kept > 0) {
    const auto more = source.first(std::min(joined.size() - kept, source.size()));
    std::ranges::copy(more, std::ranges::copy_n(state_->header.begin(), kept, joined.begin()).out);
    source = std::span(joined).first(kept + more.size());
  }

  const auto header = parse_frame_header(source);
  if (!header) return header.error();
  if (!*header) {
    RIVER_ASSERT(source.size() < frame_header_bytes_max);
    std::ranges::copy(source, state().header.begin());
    state().header_bytes = static_cast<std::uint8_t>(source.size());
    bytes = {};
    return std::nullopt;
  }

  bytes = bytes.subspan((*header)->header_bytes - kept);
  if (state_ != nullptr) state_->header_bytes = 0;
  frame.emplace(**header);
  return check_frame(*frame, options);
}

// The rules that a header breaks only by its place among others.
auto MessageReader::check_frame(const Frame& frame, const ReaderOptions& options) -> Result {
  if (is_control(frame.opcode)) return std::nullopt;
  if (frame.compressed && !options.deflate) return protocol_error("compression not negotiated");
  Message* const message = unfinished_message();
  if (frame.opcode == Opcode::continuation && message == nullptr) {
    return protocol_error("continuation without a message");
  }
  if (frame.opcode != Opcode::continuation && message != nullptr) {
    return protocol_error("message within a message");
  }
  if (message != nullptr && ++message->fragments > options.fragments_max) {
    return ReadError{close_code::policy_violation, "too many fragments"};
  }
  const bool compressed = message == nullptr ? frame.compressed : message->compressed;
  const std::size_t limit = wire_bytes_max(options.message_bytes_max, compressed);
  const std::size_t have = message == nullptr ? 0 : message->bytes.size();
  // Never the sum, which a peer can make overflow.
  if (have > limit || frame.remaining_bytes > limit - have) {
    return too_large;
  }
  return std::nullopt;
}

auto MessageReader::take_control(const Frame& frame, std::string_view chunk, const Context& context)
    -> Result {
  const bool whole = frame.remaining_bytes == 0;
  if (whole && (state_ == nullptr || state_->control.empty())) {
    return deliver_control(frame.opcode, chunk, context.sink);
  }
  std::string& control = state().control;
  control.append(chunk);
  // At most 125 bytes: looking at all of them again each time is cheap enough.
  if (!whole) return frame.opcode == Opcode::close ? check_close(control, false) : std::nullopt;
  const std::string payload = std::exchange(control, {});
  drop_empty_state();
  return deliver_control(frame.opcode, payload, context.sink);
}

auto MessageReader::deliver_control(Opcode opcode, std::string_view payload, MessageSink& sink)
    -> Result {
  bool go_on = false;
  if (opcode == Opcode::ping) {
    go_on = sink.on_ping(payload);
  } else if (opcode == Opcode::pong) {
    go_on = sink.on_pong(payload);
  } else if (Result error = check_close(payload, true)) {
    return error;
  } else if (payload.empty()) {
    sink.on_close(close_code::none, {});
  } else {
    sink.on_close(close_code_of(payload), payload.substr(2));
  }
  if (!go_on) end();
  return std::nullopt;
}

auto MessageReader::take_data(const Frame& frame, std::string_view chunk, const Context& context)
    -> Result {
  const bool last = frame.final && frame.remaining_bytes == 0;
  if (last && unfinished_message() == nullptr) {  // all at once: nothing is copied
    Message message(frame);
    if (!message.may_go_on_with(chunk)) return invalid_text;
    return deliver_message(message, chunk, context);
  }
  if (unfinished_message() == nullptr) state().message.emplace(frame);
  Message& message = *state_->message;
  if (!message.may_go_on_with(chunk)) return invalid_text;
  message.bytes.append(chunk);
  if (!last) return std::nullopt;

  const Message whole = std::move(message);
  state_->message.reset();
  drop_empty_state();
  return deliver_message(whole, whole.bytes, context);
}

// `payload` is all that came on the wire, wherever it lies.
auto MessageReader::deliver_message(const Message& message, std::string_view payload,
                                    const Context& context) -> Result {
  Utf8Validator utf8 = message.utf8;
  if (message.compressed) {
    const auto inflated = context.inflater.inflate(payload, context.options.message_bytes_max);
    if (!inflated) return to_read_error(inflated.error());
    payload = *inflated;
    if (message.opcode == Opcode::text && !utf8.feed(payload)) return invalid_text;
  }
  if (!utf8.complete()) return invalid_text;
  if (!context.sink.on_message(message.opcode, payload)) end();
  return std::nullopt;
}

auto MessageReader::unfinished_message() const -> Message* {
  return state_ != nullptr && state_->message ? &*state_->message : nullptr;
}

bool MessageReader::ended() const {
  return state_ != nullptr && state_->ended;
}

auto MessageReader::state() -> State& {
  if (state_ == nullptr) state_ = std::make_unique<State>();
  return *state_;
}

void MessageReader::drop_empty_state() {
  if (state_ == nullptr || state_->frame || state_->message) return;
  if (state_->header_bytes == 0 && state_->control.empty() && !state_->ended) state_.reset();
}

// What was kept is of no more use; only the mark stays.
void MessageReader::end() {
  state_ = std::make_unique<State>();
  state_->ended = true;
}

}  // namespace river::websocket
