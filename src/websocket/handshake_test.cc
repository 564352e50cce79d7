#include "websocket/handshake.h"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace river::websocket {
namespace {

UpgradeHeaders good_headers() {
  UpgradeHeaders headers;
  headers.upgrade = "websocket";
  headers.connection = "Upgrade";
  headers.key = "dGhlIHNhbXBsZSBub25jZQ==";
  headers.version = "13";
  return headers;
}

auto negotiate_all(const UpgradeHeaders& headers) {
  return negotiate(headers, true);
}

// 101, or the status of the refusal.
int status(const UpgradeHeaders& headers) {
  const auto upgrade = negotiate_all(headers);
  return upgrade ? 101 : upgrade.error().status;
}

std::string response(const UpgradeHeaders& headers) {
  const auto upgrade = negotiate_all(headers);
  if (!upgrade) return std::to_string(upgrade.error().status);
  std::string out;
  append_upgrade_response(out, *upgrade);
  return out;
}

// The value of Sec-WebSocket-Extensions in the response to this offer.
std::string answer_to_extensions(std::string_view offer) {
  auto headers = good_headers();
  headers.extensions = offer;
  const std::string text = response(headers);
  const std::string name = "\r\nSec-WebSocket-Extensions: ";
  const auto start = text.find(name);
  if (start == std::string::npos) return text.starts_with("HTTP/1.1 101 ") ? "none" : text;
  const auto value = start + name.size();
  return text.substr(value, text.find("\r\n", value) - value);
}

TEST(Handshake, AnswersAPlainUpgrade) {
  EXPECT_EQ(response(good_headers()),
            "HTTP/1.1 101 Switching Protocols\r\n"
            "Upgrade: websocket\r\n"
            "Connection: Upgrade\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
            "\r\n");
}

TEST(Handshake, AnswersAnUpgradeWithCompression) {
  auto headers = good_headers();
  headers.extensions = "permessage-deflate; client_max_window_bits; server_max_window_bits=10";
  EXPECT_EQ(response(headers),
            "HTTP/1.1 101 Switching Protocols\r\n"
            "Upgrade: websocket\r\n"
            "Connection: Upgrade\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
            "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
            "client_no_context_takeover; server_max_window_bits=9\r\n"
            "\r\n");
}

TEST(Handshake, ReadsUpgradeAndConnectionAsListsInAnyCase) {
  auto headers = good_headers();
  headers.upgrade = "WebSocket";
  headers.connection = "keep-alive, UPGRADE";  // as Firefox sends it
  EXPECT_EQ(status(headers), 101);
}

TEST(Handshake, RefusesMethodsOtherThanGet) {
  for (const char* method : {"POST", "HEAD", "OPTIONS", "get", "PRI", ""}) {
    auto headers = good_headers();
    headers.method = method;
    EXPECT_EQ(status(headers), 405) << method;
  }
}

TEST(Handshake, RefusesOlderHttp) {
  auto headers = good_headers();
  headers.http_1_1 = false;
  EXPECT_EQ(status(headers), 400);
}

TEST(Handshake, RefusesHeadersThatCameTwice) {
  auto headers = good_headers();
  headers.duplicate = true;
  EXPECT_EQ(status(headers), 400);
}

TEST(Handshake, AsksForAnUpgradeToWebSocket) {
  auto headers = good_headers();
  headers.upgrade.reset();
  EXPECT_EQ(status(headers), 426);
  for (const char* upgrade : {"", "h2c", "websockets", "web socket", "websocket;"}) {
    headers.upgrade = upgrade;
    EXPECT_EQ(status(headers), 426) << upgrade;
  }
}

TEST(Handshake, RefusesAConnectionHeaderWithoutUpgrade) {
  auto headers = good_headers();
  headers.connection.reset();
  EXPECT_EQ(status(headers), 400);
  for (const char* connection : {"", "keep-alive", "upgraded", "close, up grade"}) {
    headers.connection = connection;
    EXPECT_EQ(status(headers), 400) << connection;
  }
}

TEST(Handshake, RefusesOtherVersions) {
  auto headers = good_headers();
  headers.version.reset();
  EXPECT_EQ(status(headers), 400);
  for (const char* version : {"12", "13, 8", "013", "13 ", "", "+13", "8"}) {
    headers.version = version;
    EXPECT_EQ(status(headers), 426) << version;
  }
}

TEST(Handshake, RefusesBadKeys) {
  auto headers = good_headers();
  headers.key.reset();
  EXPECT_EQ(status(headers), 400);
  const std::string long_key(4096, 'A');
  for (const std::string& key : {std::string(), std::string("dGVzdA=="),
                                 std::string("!!!!!!!!!!!!!!!!!!!!!!=="), long_key}) {
    headers.key = key;
    EXPECT_EQ(status(headers), 400) << key;
  }
}

TEST(Handshake, KeepsNoContextInEitherDirection) {
  const std::string answer =
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
  EXPECT_EQ(answer_to_extensions("permessage-deflate"), answer);
  EXPECT_EQ(answer_to_extensions("permessage-deflate; client_max_window_bits"), answer);
  EXPECT_EQ(answer_to_extensions("permessage-deflate; server_no_context_takeover"), answer);
}

TEST(Handshake, RepeatsAServerWindowThatWasAskedFor) {
  const std::string answer =
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
      "server_max_window_bits=";
  EXPECT_EQ(answer_to_extensions("permessage-deflate; server_max_window_bits=9"), answer + "9");
  EXPECT_EQ(answer_to_extensions("permessage-deflate; server_max_window_bits=15"), answer + "15");
}

TEST(Handshake, TakesTheFirstOfferThatIsAcceptable) {
  auto headers = good_headers();
  headers.extensions =
      "x-mux; a=b, permessage-deflate; server_max_window_bits=8, "
      "permessage-deflate; server_max_window_bits=11, permessage-deflate";
  const auto upgrade = negotiate_all(headers);
  ASSERT_TRUE(upgrade);
  EXPECT_EQ(upgrade->deflate, DeflateParameters{.server_window_bits = 9});
}

TEST(Handshake, GoesOnWithoutCompressionWhenNoOfferIsAcceptable) {
  EXPECT_EQ(answer_to_extensions("constructor"), "none");
  EXPECT_EQ(answer_to_extensions("permessage-deflate; client_max_window_bits=7"), "none");
  EXPECT_EQ(answer_to_extensions("permessage-deflate; server_max_window_bits"), "none");
  EXPECT_EQ(answer_to_extensions(""), "none");
}

TEST(Handshake, AnswersWithOneExtensionAtMost) {
  std::string offer = "permessage-deflate";
  for (int i = 0; i < 350; ++i) offer += ", permessage-deflate";
  EXPECT_EQ(answer_to_extensions(offer),
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover");
}

TEST(Handshake, RefusesExtensionsThatCannotBeRead) {
  EXPECT_EQ(answer_to_extensions(",;constructor"), "400");
  EXPECT_EQ(answer_to_extensions("permessage-deflate; a=\"b"), "400");
}

TEST(Handshake, DoesNotCompressWhenThatIsOff) {
  auto headers = good_headers();
  headers.extensions = "permessage-deflate";
  const auto upgrade = negotiate(headers, false);
  ASSERT_TRUE(upgrade);
  EXPECT_FALSE(upgrade->deflate);
}

TEST(Handshake, TakesLinearTimeOverHostileLists) {
  std::string quote = "x; a=\"";
  while (quote.size() < 15'000) quote += "\\c";
  const std::string spaces = "b" + std::string(15'000, ' ') + "x";
  auto headers = good_headers();
  headers.extensions = quote;
  auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(status(headers), 400);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(10));
  headers = good_headers();
  headers.connection = spaces;
  start = std::chrono::steady_clock::now();
  EXPECT_EQ(status(headers), 400);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(10));
}

}  // namespace
}  // namespace river::websocket
