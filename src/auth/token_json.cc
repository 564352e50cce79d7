#include "auth/token_json.h"

#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/channel_name.h"
#include "base/limits.h"
#include "base/user_id.h"

namespace river::auth {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr double seconds_max = 9007199254740991.0;  // 2^53 - 1, as JavaScript counts

// Its buffers are kept: they are most of what reading a short text costs.
simdjson::dom::parser& parser_of_this_thread() {
  thread_local simdjson::dom::parser parser;
  return parser;
}

// Parses a text and reads its values, one at a time on a thread. The first fault is kept; what is
// read after it is not used.
class Reader {
 public:
  explicit Reader(std::string_view json) {
    element root;
    const bool valid = make_room_for(json) &&
                       parser_.parse(json.data(), json.size()).get(root) == simdjson::SUCCESS;
    if (!valid) {
      fail("it is not valid JSON");
    } else if (root.get(root_) != simdjson::SUCCESS) {
      fail("it is not a JSON object");
    }
  }

  [[nodiscard]] bool failed() const { return !error_.empty(); }
  [[nodiscard]] std::string take_error() { return std::move(error_); }
  [[nodiscard]] const object& root() const { return root_; }

  void fail(std::string message) {
    if (error_.empty()) error_ = std::move(message);
  }

  std::optional<element> find(const object& parent, std::string_view name) {
    std::optional<element> found;
    if (failed()) return found;
    for (const auto [key, value] : parent) {
      if (key != name) continue;
      if (found) fail(fmt::format("\"{}\" is given twice", name));
      found = value;
    }
    return found;
  }

  // "" if it is absent.
  std::string text(const object& parent, std::string_view name) {
    const auto value = find(parent, name);
    if (!value) return {};
    if (!value->is_string()) fail(fmt::format("\"{}\" must be a string", name));
    return text_of(*value);
  }

  std::optional<object> child(const object& parent, std::string_view name) {
    const auto value = find(parent, name);
    if (!value) return std::nullopt;
    object found;
    if (value->get(found) == simdjson::SUCCESS) return found;
    fail(fmt::format("\"{}\" must be an object", name));
    return std::nullopt;
  }

  // `round` is std::floor or std::ceil.
  std::optional<UnixSeconds> time(std::string_view name, double (*round)(double)) {
    const auto value = find(root_, name);
    if (!value) return std::nullopt;
    double number = 0;
    if (!value->is_number() || value->get(number) != simdjson::SUCCESS || !(number >= 0) ||
        number > seconds_max) {
      fail(fmt::format("\"{}\" must be a number of seconds since 1970", name));
      return std::nullopt;
    }
    return static_cast<UnixSeconds>(round(number));
  }

  // "" if it is not a string.
  static std::string text_of(const element& value) {
    std::string_view text;
    return value.get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
  }

  // By value, so that a range-based for may walk it; none if it is not an array.
  static array elements_of(const element& value) {
    array elements;
    return value.get(elements) == simdjson::SUCCESS ? elements : array();
  }

 private:
  [[nodiscard]] bool make_room_for(std::string_view json) {
    constexpr std::size_t levels_max = limits::json_depth_max + 1;  // one for the text itself
    if (parser_.capacity() > json.size()) return true;
    return parser_.allocate(json.size() + 1, levels_max) == simdjson::SUCCESS;
  }

  simdjson::dom::parser& parser_ = parser_of_this_thread();
  object root_;
  std::string error_;
};

double floor_seconds(double number) {
  return std::floor(number);
}
double ceil_seconds(double number) {
  return std::ceil(number);
}

bool valid_pattern(std::string_view pattern) {
  std::string name(pattern);
  std::replace(name.begin(), name.end(), '*', '-');
  return valid_channel(name);
}

void read_user(Reader& reader, Claims& claims) {
  if (!reader.find(reader.root(), "sub")) return;
  claims.user = reader.text(reader.root(), "sub");
  if (!valid_user(claims.user)) {
    reader.fail(fmt::format(
        "\"sub\" must have 1 to {} bytes without control characters, and not be . or ..; "
        "leave it out for an anonymous user",
        limits::user_bytes_max));
  }
}

void read_audiences(Reader& reader, std::vector<std::string>& audiences) {
  const auto value = reader.find(reader.root(), "aud");
  if (!value) return;
  if (value->is_string()) {
    audiences.push_back(Reader::text_of(*value));
    return;
  }
  if (!value->is_array()) return reader.fail("\"aud\" must be a string or an array of strings");
  for (const element audience : Reader::elements_of(*value)) {
    if (!audience.is_string()) return reader.fail("\"aud\" must hold strings only");
    audiences.push_back(Reader::text_of(audience));
  }
}

Actions read_actions(Reader& reader, const std::string& pattern, const element& list) {
  Actions actions = 0;
  if (!list.is_array()) {
    reader.fail(fmt::format("the grant on \"{}\" must be an array of actions", pattern));
    return actions;
  }
  for (const element action : Reader::elements_of(list)) {
    const auto name = std::find(action_names.begin(), action_names.end(), Reader::text_of(action));
    if (name == action_names.end()) {
      reader.fail(fmt::format(
          "the grant on \"{}\" has the unknown action \"{}\"; there are subscribe, publish, "
          "history and presence",
          pattern, Reader::text_of(action)));
      return actions;
    }
    actions |= bit_of(static_cast<Action>(name - action_names.begin()));
  }
  return actions;
}

void read_grants(Reader& reader, const object& channels, Claims& claims) {
  claims.has_grants = true;
  for (const auto [key, value] : channels) {
    const std::string pattern(key);
    if (claims.grants.size() == limits::grants_max) {
      return reader.fail(
          fmt::format("\"river.channels\" must have at most {} patterns", limits::grants_max));
    }
    if (!valid_pattern(pattern)) {
      return reader.fail("\"river.channels\" has a pattern that is not a channel's name with *");
    }
    const bool twice = std::any_of(claims.grants.begin(), claims.grants.end(),
                                   [&](const Grant& grant) { return grant.pattern == pattern; });
    if (twice) return reader.fail(fmt::format("the grant on \"{}\" is given twice", pattern));
    claims.grants.push_back({pattern, read_actions(reader, pattern, value)});
  }
}

void read_river(Reader& reader, Claims& claims) {
  const auto river = reader.child(reader.root(), "river");
  if (!river) return;
  if (const auto channels = reader.child(*river, "channels")) {
    read_grants(reader, *channels, claims);
  }
  if (const auto info = reader.find(*river, "info")) {
    claims.info = simdjson::minify(*info);
    if (claims.info.size() > limits::info_bytes_max) {
      reader.fail(fmt::format("\"river.info\" must have at most {} bytes", limits::info_bytes_max));
    }
  }
}

JsonWebKey read_json_web_key(Reader& reader, const object& key) {
  const auto text = [&](std::string_view name) {
    const auto value = reader.find(key, name);
    return value ? Reader::text_of(*value) : std::string();
  };
  return {text("kty"), text("use"), text("alg"), text("kid"), text("crv"),
          text("n"),   text("e"),   text("x"),   text("y")};
}

}  // namespace

std::expected<TokenHeader, std::string> read_token_header(std::string_view json) {
  Reader reader(json);
  if (!reader.failed() && reader.find(reader.root(), "crit")) {
    reader.fail("\"crit\" names an extension, and none is known");
  }
  TokenHeader header;
  if (!reader.find(reader.root(), "alg")) reader.fail("\"alg\" is missing");
  header.algorithm = reader.text(reader.root(), "alg");
  header.key_id = reader.text(reader.root(), "kid");
  if (reader.failed()) return std::unexpected(reader.take_error());
  return header;
}

std::expected<TokenClaims, std::string> read_token_claims(std::string_view json) {
  Reader reader(json);
  TokenClaims result;
  result.claims.expires = reader.time("exp", floor_seconds);
  result.claims.issued = reader.time("iat", floor_seconds);
  result.not_before = reader.time("nbf", ceil_seconds);
  if (!reader.failed()) {
    read_user(reader, result.claims);
    result.issuer = reader.text(reader.root(), "iss");
    read_audiences(reader, result.audiences);
    read_river(reader, result.claims);
  }
  if (reader.failed()) return std::unexpected(reader.take_error());
  return result;
}

std::expected<std::vector<JsonWebKey>, std::string> read_json_web_keys(std::string_view json) {
  Reader reader(json);
  std::vector<JsonWebKey> keys;
  const auto list = reader.find(reader.root(), "keys");
  if (!list || !list->is_array()) {
    reader.fail("it must be an object with an array \"keys\"");
    return std::unexpected(reader.take_error());
  }
  for (const element key : Reader::elements_of(*list)) {
    object members;
    if (key.get(members) != simdjson::SUCCESS) continue;
    keys.push_back(read_json_web_key(reader, members));
  }
  if (reader.failed()) return std::unexpected(reader.take_error());
  return keys;
}

}  // namespace river::auth
