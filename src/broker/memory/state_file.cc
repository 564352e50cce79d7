#include "broker/memory/state_file.h"

#include <bit>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/channel_name.h"
#include "base/digest.h"
#include "base/file.h"
#include "net/file_descriptor.h"

namespace river::broker {
namespace {

constexpr std::string_view magic = "RIVERST2";
static_assert(std::endian::native == std::endian::little, "numbers are written as they are");

template <typename Number>
void put(std::string& out, Number number) {
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}

void put_text(std::string& out, std::string_view text) {
  put(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}

// Takes values off the front; once something is missing, all that follows is missing too.
class Input {
 public:
  explicit Input(std::string_view bytes) : bytes_(bytes) {}

  template <typename Number>
  [[nodiscard]] Number number() {
    Number value{};
    if (bytes_.size() < sizeof value) {
      whole_ = false;
      return value;
    }
    std::memcpy(&value, bytes_.data(), sizeof value);
    bytes_.remove_prefix(sizeof value);
    return value;
  }

  [[nodiscard]] std::string_view text() {
    const auto size = number<std::uint32_t>();
    if (bytes_.size() < size) {
      whole_ = false;
      return {};
    }
    const std::string_view result = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return result;
  }

  [[nodiscard]] bool whole() const { return whole_; }
  [[nodiscard]] bool empty() const { return bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool whole_ = true;
};

std::optional<StoredChannel> read_channel(Input& input) {
  StoredChannel channel;
  channel.name = input.text();
  channel.position.epoch = input.number<Epoch>();
  channel.position.offset = input.number<Offset>();
  const auto events = input.number<std::uint32_t>();
  if (events > channel.position.offset) return std::nullopt;
  for (std::uint32_t i = 0; i < events && input.whole(); ++i) {
    Publication publication;
    publication.offset = input.number<Offset>();
    publication.time = input.number<std::int64_t>();
    const std::string_view event = input.text();
    publication.content = EventBytes(event, input.text());
    // Histories have no hole, and end at the channel's position.
    if (publication.offset != channel.position.offset - events + 1 + i) return std::nullopt;
    channel.events.push_back(std::move(publication));
  }
  if (!input.whole() || !valid_channel(channel.name) || channel.position.epoch == 0) {
    return std::nullopt;
  }
  return channel;
}

void put_keys(std::string& out, const IdKeys& keys) {
  for (const HashKey& key : {keys.first, keys.second}) {
    put(out, key.first);
    put(out, key.second);
  }
}

void put_ids(std::string& out, const std::vector<StoredId>& ids) {
  put(out, static_cast<std::uint64_t>(ids.size()));
  for (const StoredId& id : ids) {
    put(out, id.first);
    put(out, id.second);
    put(out, id.position.epoch);
    put(out, id.position.offset);
    put(out, id.time);
  }
}

HashKey read_key(Input& input) {
  const auto first = input.number<std::uint64_t>();
  return {first, input.number<std::uint64_t>()};
}

IdKeys read_keys(Input& input) {
  const HashKey first = read_key(input);
  return {first, read_key(input)};
}

std::vector<StoredId> read_ids(Input& input) {
  std::vector<StoredId> ids;
  const auto count = input.number<std::uint64_t>();
  for (std::uint64_t i = 0; i < count && input.whole(); ++i) {
    StoredId id;
    id.first = input.number<std::uint64_t>();
    id.second = input.number<std::uint64_t>();
    id.position.epoch = input.number<Epoch>();
    id.position.offset = input.number<Offset>();
    id.time = input.number<std::int64_t>();
    ids.push_back(id);
  }
  return ids;
}

}  // namespace

std::string encode_state(const StoredState& state) {
  std::string out(magic);
  put(out, static_cast<std::uint64_t>(state.channels.size()));
  for (const StoredChannel& channel : state.channels) {
    put_text(out, channel.name);
    put(out, channel.position.epoch);
    put(out, channel.position.offset);
    put(out, static_cast<std::uint32_t>(channel.events.size()));
    for (const Publication& publication : channel.events) {
      put(out, publication.offset);
      put(out, publication.time);
      put_text(out, publication.content.event());
      put_text(out, publication.content.data());
    }
  }
  put_keys(out, state.ids.keys);
  put_ids(out, state.ids.of_backends);
  put_ids(out, state.ids.of_clients);
  out += sha256(out);
  return out;
}

std::expected<StoredState, std::string> decode_state(std::string_view bytes) {
  if (!bytes.starts_with(magic) || bytes.size() < magic.size() + sha256_bytes) {
    return std::unexpected("it is not a state file of this version of River");
  }
  const std::string_view body = bytes.substr(0, bytes.size() - sha256_bytes);
  if (sha256(body) != bytes.substr(body.size())) {
    return std::unexpected("it is damaged: its checksum does not match");
  }
  Input input(body.substr(magic.size()));
  const auto count = input.number<std::uint64_t>();
  StoredState state;
  for (std::uint64_t i = 0; i < count; ++i) {
    auto channel = read_channel(input);
    if (!channel.has_value()) return std::unexpected("it is damaged");
    state.channels.push_back(std::move(*channel));
  }
  state.ids.keys = read_keys(input);
  state.ids.of_backends = read_ids(input);
  state.ids.of_clients = read_ids(input);
  if (!input.whole() || !input.empty()) return std::unexpected("it is damaged");
  return state;
}

std::expected<void, std::string> StateFile::write(const StoredState& state) const {
  return write_file_atomically(path_, encode_state(state));
}

std::expected<std::optional<StoredState>, std::string> StateFile::take() const {
  const auto opened = open_regular_file(path_, O_RDONLY);
  if (!opened.has_value()) {
    if (opened.error().error == ENOENT) return std::nullopt;
    return std::unexpected(opened.error().message);
  }
  const net::FileDescriptor file(*opened);
  // Removed before anything is served: from here on only this process knows the positions.
  if (::unlink(path_.c_str()) != 0) return std::unexpected(file_failure("remove", path_));
  // Else a power loss brings it back, and its positions are given a second time.
  if (auto synced = sync_folder_of(path_); !synced.has_value()) {
    return std::unexpected(synced.error());
  }
  std::string bytes;
  std::string buffer(1 << 20, '\0');
  for (;;) {
    const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(file_failure("read", path_));
    if (got == 0) break;
    bytes.append(buffer, 0, static_cast<std::size_t>(got));
  }
  auto state = decode_state(bytes);
  if (!state.has_value()) {
    return std::unexpected(fmt::format("cannot use {}: {}", path_, state.error()));
  }
  return std::move(*state);
}

}  // namespace river::broker
