#include "websocket/deflate.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>

#include <zlib.h>

#include "base/assert.h"

namespace river::websocket {
namespace {

// What a sync flush ends with; left out on the wire and put back before inflating.
constexpr std::string_view flush_mark("\x00\x00\xff\xff", 4);

// deflateBound() does not count a flush. With less room than 7 bytes zlib would repeat the mark.
constexpr std::size_t flush_bytes_max = 16;

constexpr std::size_t first_buffer_bytes = 4096;
constexpr int at_block_boundary = 128;  // a bit of z_stream::data_type, see inflate() in zlib.h
constexpr int memory_level = 8;         // zlib's own default

void set_input(z_stream& stream, std::string_view input) {
  RIVER_ASSERT(input.size() <= std::numeric_limits<uInt>::max());
  // zlib only reads from it; its interface is older than const.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
  stream.avail_in = static_cast<uInt>(input.size());
}

void set_output(z_stream& stream, char* out, std::size_t size) {
  stream.next_out = reinterpret_cast<Bytef*>(out);
  stream.avail_out =
      static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
}

// For calls that fail for want of memory only, if their arguments are right.
void must_succeed(int status) {
  if (status == Z_MEM_ERROR) throw std::bad_alloc();
  RIVER_ASSERT(status == Z_OK);
}

}  // namespace

struct Inflater::Stream {
  // The largest window, as a client may use it whatever it offered. Negative: no zlib header.
  Stream() { must_succeed(inflateInit2(&zlib, -MAX_WBITS)); }
  ~Stream() { inflateEnd(&zlib); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  z_stream zlib{};
};

Inflater::Inflater() = default;
Inflater::~Inflater() = default;

std::expected<std::string_view, InflateError> Inflater::inflate(std::string_view compressed,
                                                                std::size_t bytes_max) {
  // Strictly an empty message is one byte, 00; a client that sends none means the same.
  if (compressed.empty()) return std::string_view();
  used_ = true;
  if (stream_ == nullptr) stream_ = std::make_unique<Stream>();
  must_succeed(inflateReset(&stream_->zlib));
  size_ = 0;

  const auto ended = run(compressed, bytes_max);
  if (!ended) return std::unexpected(ended.error());
  if (!*ended) {
    const auto marked = run(flush_mark, bytes_max);
    if (!marked) return std::unexpected(marked.error());
    // The mark is an empty block. If it was taken for anything else, the message was cut short.
    const bool whole = (stream_->zlib.data_type & at_block_boundary) != 0;
    if (!whole) return std::unexpected(InflateError::bad_data);
  }
  return std::string_view(buffer_.get(), size_);
}

std::expected<bool, InflateError> Inflater::run(std::string_view input, std::size_t bytes_max) {
  z_stream& zlib = stream_->zlib;
  set_input(zlib, input);
  while (true) {
    if (size_ == capacity_) grow(bytes_max + 1);  // one more shows that there is too much
    set_output(zlib, buffer_.get() + size_, std::min(capacity_, bytes_max + 1) - size_);
    const int status = ::inflate(&zlib, Z_SYNC_FLUSH);
    size_ = static_cast<std::size_t>(reinterpret_cast<char*>(zlib.next_out) - buffer_.get());
    if (size_ > bytes_max) return std::unexpected(InflateError::too_large);
    if (status == Z_STREAM_END) {
      // A final block may be followed by more (RFC 7692 §7.2.3.4 ends a message so).
      must_succeed(inflateReset(&zlib));
      if (zlib.avail_in == 0) return true;
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      return std::unexpected(InflateError::bad_data);
    } else if (zlib.avail_in == 0 && zlib.avail_out > 0) {
      return false;
    }
  }
}

void Inflater::grow(std::size_t capacity_max) {
  const std::size_t capacity = std::min(capacity_max, std::max(first_buffer_bytes, capacity_ * 2));
  auto buffer = std::make_unique_for_overwrite<char[]>(capacity);
  if (size_ > 0) std::memcpy(buffer.get(), buffer_.get(), size_);
  buffer_ = std::move(buffer);
  capacity_ = capacity;
}

void Inflater::release() {
  stream_.reset();
  buffer_.reset();
  capacity_ = 0;
  size_ = 0;
}

struct Deflater::Stream {
  explicit Stream(int window_bits) {
    must_succeed(deflateInit2(&zlib, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -window_bits, memory_level,
                              Z_DEFAULT_STRATEGY));
  }
  ~Stream() { deflateEnd(&zlib); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  z_stream zlib{};
};

Deflater::Deflater() = default;
Deflater::~Deflater() = default;

std::string Deflater::compress(std::string_view message, std::uint8_t window_bits) {
  RIVER_ASSERT(window_bits >= window_bits_min);
  RIVER_ASSERT(window_bits <= window_bits_max);
  used_ = true;
  auto& stream = streams_[window_bits - window_bits_min];
  if (stream == nullptr) stream = std::make_unique<Stream>(window_bits);
  z_stream& zlib = stream->zlib;
  must_succeed(deflateReset(&zlib));

  set_input(zlib, message);
  std::string out;
  std::size_t size = 0;
  do {
    out.resize(size + deflateBound(&zlib, zlib.avail_in) + flush_bytes_max);
    set_output(zlib, out.data() + size, out.size() - size);
    const int status = ::deflate(&zlib, Z_SYNC_FLUSH);
    RIVER_ASSERT(status == Z_OK || status == Z_BUF_ERROR);  // the latter: nothing was left to do
    size = static_cast<std::size_t>(reinterpret_cast<char*>(zlib.next_out) - out.data());
  } while (zlib.avail_out == 0);

  RIVER_ASSERT(std::string_view(out.data(), size).ends_with(flush_mark));
  out.resize(size - flush_mark.size());
  return out;
}

void Deflater::release() {
  for (auto& stream : streams_) stream.reset();
}

}  // namespace river::websocket
