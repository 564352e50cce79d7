#include "protocol/json_value.h"

#include <charconv>
#include <cstring>

#include "base/assert.h"

namespace river::protocol {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

// `at` is the first byte after the opening quote; returns the one after the closing quote.
const char* skip_string(const char* at, const char* end) {
  const char* const start = at;
  for (;;) {
    const void* found = std::memchr(at, '"', static_cast<std::size_t>(end - at));
    RIVER_ASSERT(found != nullptr);
    const char* const quote = static_cast<const char*>(found);
    const char* before = quote;
    while (before != start && before[-1] == '\\') --before;
    at = quote + 1;
    if ((quote - before) % 2 == 0) return at;  // else the last backslash escapes the quote
  }
}

const char* skip_container(const char* at, const char* end) {
  std::size_t depth = 0;
  while (at != end) {
    switch (*at++) {
      case '"':
        at = skip_string(at, end);
        break;
      case '{':
      case '[':
        ++depth;
        break;
      case '}':
      case ']':
        if (--depth == 0) return at;
        break;
      default:
        break;
    }
  }
  return at;
}

const char* skip_scalar(const char* at, const char* end) {
  while (at != end && !is_space(*at) && *at != ',' && *at != '}' && *at != ']') ++at;
  return at;
}

std::uint32_t read_hex4(const char* digits) {
  std::uint32_t value = 0;
  std::from_chars(digits, digits + 4, value, 16);
  return value;
}

void append_utf8(std::string& out, std::uint32_t point) {
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xc0 | point >> 6);
    put(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    put(0xe0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3f));
    put(0x80 | (point & 0x3f));
  } else {
    put(0xf0 | point >> 18);
    put(0x80 | (point >> 12 & 0x3f));
    put(0x80 | (point >> 6 & 0x3f));
    put(0x80 | (point & 0x3f));
  }
}

// `at` is the first of the four digits; a high surrogate is followed by its low one.
const char* append_unicode_escape(std::string& out, const char* at) {
  std::uint32_t point = read_hex4(at);
  at += 4;
  if (point >= 0xd800 && point < 0xdc00) {
    const std::uint32_t low = read_hex4(at + 2);
    at += 6;
    point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
  }
  append_utf8(out, point);
  return at;
}

char unescape(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;  // a quote, a slash or a backslash
  }
}

}  // namespace

JsonType JsonValue::type() const {
  if (raw_.empty()) return JsonType::absent;
  switch (raw_.front()) {
    case 'n':
      return JsonType::null;
    case 't':
    case 'f':
      return JsonType::boolean;
    case '"':
      return JsonType::string;
    case '[':
      return JsonType::array;
    case '{':
      return JsonType::object;
    default:
      return JsonType::number;
  }
}

std::optional<std::uint64_t> JsonValue::unsigned_integer(std::uint64_t max) const {
  std::uint64_t number = 0;
  const char* const end = raw_.data() + raw_.size();
  const auto [stop, error] = std::from_chars(raw_.data(), end, number);
  if (error != std::errc() || stop != end || number > max) return std::nullopt;
  return number;
}

JsonCursor::JsonCursor(JsonValue container)
    : at_(container.raw().data()),
      end_(at_ + container.raw().size()),
      members_(container.type() == JsonType::object) {
  RIVER_ASSERT(members_ || container.type() == JsonType::array);
  ++at_;
}

bool JsonCursor::next() {
  skip_space();
  if (*at_ == ',') {
    ++at_;
    skip_space();
  }
  if (*at_ == '}' || *at_ == ']') return false;
  if (members_) {
    name_ = take_value();
    skip_space();
    ++at_;  // the colon
    skip_space();
  }
  value_ = take_value();
  return true;
}

void JsonCursor::skip_space() {
  while (is_space(*at_)) ++at_;
}

JsonValue JsonCursor::take_value() {
  const char* const start = at_;
  switch (*start) {
    case '"':
      at_ = skip_string(start + 1, end_);
      break;
    case '{':
    case '[':
      at_ = skip_container(start, end_);
      break;
    default:
      at_ = skip_scalar(start, end_);
      break;
  }
  return JsonValue(std::string_view(start, static_cast<std::size_t>(at_ - start)));
}

void append_json_text(std::string& out, JsonValue string) {
  const char* at = string.raw().data() + 1;
  const char* const end = string.raw().data() + string.raw().size() - 1;
  while (at != end) {
    if (*at != '\\') {
      out.push_back(*at++);
    } else if (at[1] == 'u') {
      at = append_unicode_escape(out, at + 2);
    } else {
      out.push_back(unescape(at[1]));
      at += 2;
    }
  }
}

}  // namespace river::protocol
