// MessageReader: bytes of a client → whole messages and control frames (RFC 6455 §5), unmasked,
// decompressed, and refused at the first byte that breaks a rule.
// Owns: nothing between messages (8 bytes). While a frame or message is unfinished, a heap object
//   with what has come of it; memory grows with bytes received, never with a length announced.
// Borrows, during feed() only: the bytes, the loop's Inflater, the sink.
// Limits: those of ReaderOptions. Time is linear in the bytes, however they are cut.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/limits.h"
#include "websocket/close_code.h"
#include "websocket/deflate.h"
#include "websocket/opcode.h"

namespace river::websocket {

struct ReaderOptions {
  std::size_t message_bytes_max = limits::message_bytes_max;  // also after inflating
  std::uint32_t fragments_max = limits::message_fragments_max;
  bool deflate = false;  // permessage-deflate was negotiated
};

// What a reader finds. Views live until the call returns. A call returns whether to go on; after
// `false`, and after a close, the reader ignores whatever else comes. A sink must not destroy the
// reader, nor release the Inflater, from within a call.
class MessageSink {
 public:
  virtual ~MessageSink() = default;

  [[nodiscard]] virtual bool on_message(Opcode text_or_binary, std::string_view payload) = 0;
  [[nodiscard]] virtual bool on_ping(std::string_view payload) = 0;
  [[nodiscard]] virtual bool on_pong(std::string_view payload) = 0;
  // 1005 if the peer gave no code.
  virtual void on_close(std::uint16_t code, std::string_view reason) = 0;
};

class MessageReader {
 public:
  MessageReader();
  ~MessageReader();
  MessageReader(MessageReader&& other) noexcept;
  MessageReader& operator=(MessageReader&& other) noexcept;

  // Unmasks the bytes in place. After an error everything else is ignored. The sink may change the
  // options meanwhile: they hold from the next frame on.
  [[nodiscard]] std::optional<ReadError> feed(std::span<char> bytes, const ReaderOptions& options,
                                              Inflater& inflater, MessageSink& sink);

  // Between messages, with nothing kept. False for good once reading has ended.
  [[nodiscard]] bool idle() const { return state_ == nullptr; }

  // Memory on the heap.
  [[nodiscard]] std::size_t buffered_bytes() const;

 private:
  struct Context;
  struct Frame;
  struct Message;
  struct State;
  using Result = std::optional<ReadError>;

  [[nodiscard]] Result read_frame(std::span<char>& bytes, const Context& context);
  [[nodiscard]] Result check_frame(const Frame& frame, const ReaderOptions& options);
  [[nodiscard]] Result begin_frame(std::span<char>& bytes, const ReaderOptions& options,
                                   std::optional<Frame>& frame);
  [[nodiscard]] Result take_control(const Frame& frame, std::string_view chunk,
                                    const Context& context);
  [[nodiscard]] Result take_data(const Frame& frame, std::string_view chunk,
                                 const Context& context);
  [[nodiscard]] Result deliver_control(Opcode opcode, std::string_view payload, MessageSink& sink);
  [[nodiscard]] Result deliver_message(const Message& message, std::string_view payload,
                                       const Context& context);

  [[nodiscard]] Message* unfinished_message() const;
  [[nodiscard]] bool ended() const;
  State& state();  // makes it if need be
  void drop_empty_state();
  void end();

  std::unique_ptr<State> state_;
};

static_assert(sizeof(MessageReader) == 8, "every connection has one");

}  // namespace river::websocket
