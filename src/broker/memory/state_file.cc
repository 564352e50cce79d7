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

constexpr std::string_view magic = "RIVERST1";
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

}  // namespace

std::string encode_state(const std::vector<StoredChannel>& channels) {
  std::string out(magic);
  put(out, static_cast<std::uint64_t>(channels.size()));
  for (const StoredChannel& channel : channels) {
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
  out += sha256(out);
  return out;
}

std::expected<std::vector<StoredChannel>, std::string> decode_state(std::string_view bytes) {
  if (!bytes.starts_with(magic) || bytes.size() < magic.size() + sha256_bytes) {
    return std::unexpected("it is not a state file of this version of River");
  }
  const std::string_view body = bytes.substr(0, bytes.size() - sha256_bytes);
  if (sha256(body) != bytes.substr(body.size())) {
    return std::unexpected("it is damaged: its checksum does not match");
  }
  Input input(body.substr(magic.size()));
  const auto count = input.number<std::uint64_t>();
  std::vector<StoredChannel> channels;
  for (std::uint64_t i = 0; i < count; ++i) {
    auto channel = read_channel(input);
    if (!channel.has_value()) return std::unexpected("it is damaged");
    channels.push_back(std::move(*channel));
  }
  if (!input.whole() || !input.empty()) return std::unexpected("it is damaged");
  return channels;
}

std::expected<void, std::string> StateFile::write(
    const std::vector<StoredChannel>& channels) const {
  return write_file_atomically(path_, encode_state(channels));
}

std::expected<std::vector<StoredChannel>, std::string> StateFile::take() const {
  net::FileDescriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) {
    if (errno == ENOENT) return std::vector<StoredChannel>();
    return std::unexpected(file_failure("read", path_));
  }
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
  auto channels = decode_state(bytes);
  if (!channels.has_value()) {
    return std::unexpected(fmt::format("cannot use {}: {}", path_, channels.error()));
  }
  return channels;
}

}  // namespace river::broker
