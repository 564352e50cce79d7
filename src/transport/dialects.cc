#include "transport/dialects.h"

#include <memory>
#include <vector>

#include "protocol/events.h"
#include "protocol/sse_events.h"
#include "websocket/frame_writer.h"

namespace river::transport {
namespace {

// What the dialects have in common: the JSON. How it is wrapped is theirs.
class JsonDialect : public hub::Dialect {
 public:
  SharedBytes events(std::string_view channel, Epoch /*epoch*/,
                     std::span<const broker::Publication> events) final {
    return encode(channel, events, &JsonDialect::wrap);
  }

  SharedBytes events_for_one(std::string_view channel, Epoch /*epoch*/,
                             std::span<const broker::Publication> events) final {
    return encode(channel, events, &JsonDialect::wrap_for_one);
  }

  SharedBytes presence(std::string_view channel, const broker::PresenceChange& change) final {
    std::vector<protocol::Member> joined;
    joined.reserve(change.joined.size());
    for (const broker::Member& member : change.joined) joined.push_back({member.user, member.info});
    const std::vector<std::string_view> left(change.left.begin(), change.left.end());
    json_.clear();
    protocol::append_presence(json_, {channel, joined, left, change.member_count});
    return wrapped();
  }

  SharedBytes user_event(const broker::EventBytes& content) final {
    json_.clear();
    protocol::append_event(json_, {{}, content.event(), content.data(), {}});
    return wrapped();
  }

 private:
  virtual void wrap(std::string& out, std::string_view json) = 0;
  virtual void wrap_for_one(std::string& out, std::string_view json) { wrap(out, json); }

  SharedBytes encode(std::string_view channel, std::span<const broker::Publication> events,
                     void (JsonDialect::*wrap_event)(std::string&, std::string_view)) {
    out_.clear();
    for (const broker::Publication& publication : events) {
      json_.clear();
      protocol::append_event(json_, {channel, publication.content.event(),
                                     publication.content.data(), publication.offset});
      (this->*wrap_event)(out_, json_);
    }
    return SharedBytes(out_);
  }

  SharedBytes wrapped() {
    out_.clear();
    wrap(out_, json_);
    return SharedBytes(out_);
  }

  std::string json_;
  std::string out_;
};

class WebSocketDialect final : public JsonDialect {
  void wrap(std::string& out, std::string_view json) override {
    websocket::append_frame(out, websocket::Opcode::text, json);
  }
};

class DeflateDialect final : public JsonDialect {
 public:
  DeflateDialect(websocket::Deflater& deflater, std::uint8_t window_bits, std::size_t bytes_min)
      : deflater_(deflater), window_bits_(window_bits), bytes_min_(bytes_min) {}

 private:
  void wrap(std::string& out, std::string_view json) override {
    if (json.size() >= bytes_min_) {
      const std::string compressed = deflater_.compress(json, window_bits_);
      if (compressed.size() < json.size()) {
        websocket::append_frame(out, websocket::Opcode::text, compressed, true);
        return;
      }
    }
    websocket::append_frame(out, websocket::Opcode::text, json);
  }

  // To deflate is a hundred times the work of all else. For a channel it is done once, whoever
  // listens; by coming and going, a client could have it done for itself half of the time there is.
  void wrap_for_one(std::string& out, std::string_view json) override {
    websocket::append_frame(out, websocket::Opcode::text, json);
  }

  websocket::Deflater& deflater_;
  std::uint8_t window_bits_;
  std::size_t bytes_min_;
};

// Without ids: where a stream stands is a matter of all its channels; see SseTransport.
class SseDialect final : public JsonDialect {
  void wrap(std::string& out, std::string_view json) override {
    protocol::append_sse_event(out, json);
  }
};

}  // namespace

void set_dialects(hub::Hub& hub, websocket::Deflater& deflater, std::size_t deflate_bytes_min) {
  hub.set_dialect(websocket_dialect, std::make_unique<WebSocketDialect>());
  for (std::uint8_t bits = websocket::Deflater::window_bits_min;
       bits <= websocket::Deflater::window_bits_max; ++bits) {
    hub.set_dialect(deflate_dialect(bits),
                    std::make_unique<DeflateDialect>(deflater, bits, deflate_bytes_min));
  }
  hub.set_dialect(sse_dialect, std::make_unique<SseDialect>());
}

}  // namespace river::transport
