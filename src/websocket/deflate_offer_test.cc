#include "websocket/deflate_offer.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace river::websocket {
namespace {

// The answer to one offer: the window bits, with a `!` when they were asked for; or "declined".
std::string answer(const std::string& parameters) {
  const auto extensions = parse_extension_list("permessage-deflate" + parameters);
  if (!extensions) return "unreadable";
  const auto offer = read_deflate_offer(extensions->at(0));
  if (!offer) return "declined";
  return std::to_string(offer->server_window_bits) + (offer->server_window_bits_given ? "!" : "");
}

TEST(DeflateOffer, TakesAnOfferWithoutParameters) {
  EXPECT_EQ(answer(""), "15");
}

TEST(DeflateOffer, TakesEveryParameterOfTheRfc) {
  EXPECT_EQ(answer("; server_no_context_takeover"), "15");
  EXPECT_EQ(answer("; client_no_context_takeover"), "15");
  EXPECT_EQ(answer("; client_max_window_bits"), "15");
  EXPECT_EQ(answer("; client_no_context_takeover; server_no_context_takeover; "
                   "client_max_window_bits=8; server_max_window_bits=\"12\""),
            "12!");
}

TEST(DeflateOffer, TakesEveryServerWindowThatZlibMakesButMakesFew) {
  const std::vector<std::string> answers{"9!", "9!", "9!", "12!", "12!", "12!", "15!"};
  for (int bits = 9; bits <= 15; ++bits) {
    EXPECT_EQ(answer("; server_max_window_bits=" + std::to_string(bits)),
              answers.at(static_cast<std::size_t>(bits - 9)));
  }
}

TEST(DeflateOffer, DeclinesAServerWindowOfEightBits) {
  EXPECT_EQ(answer("; server_max_window_bits=8"), "declined");
}

TEST(DeflateOffer, TakesEveryClientWindow) {
  for (int bits = 8; bits <= 15; ++bits) {
    EXPECT_EQ(answer("; client_max_window_bits=" + std::to_string(bits)), "15");
  }
}

TEST(DeflateOffer, DeclinesBadNumbers) {
  for (const char* bits : {"0", "7", "16", "09", "010", "999", "-9", "+9", "9.0", "1e1", "a", "1",
                           "4294967305", "99999999999999999999999"}) {
    EXPECT_EQ(answer(std::string("; client_max_window_bits=") + bits), "declined") << bits;
    EXPECT_EQ(answer(std::string("; server_max_window_bits=") + bits), "declined") << bits;
  }
}

TEST(DeflateOffer, DeclinesAServerWindowWithoutAValue) {
  EXPECT_EQ(answer("; server_max_window_bits"), "declined");
}

TEST(DeflateOffer, DeclinesAValueWhereNoneBelongs) {
  EXPECT_EQ(answer("; server_no_context_takeover=1"), "declined");
  EXPECT_EQ(answer("; client_no_context_takeover=true"), "declined");
}

TEST(DeflateOffer, DeclinesRepeatedParameters) {
  for (const char* name :
       {"server_no_context_takeover", "client_no_context_takeover", "client_max_window_bits",
        "server_max_window_bits=10", "client_max_window_bits=10"}) {
    EXPECT_EQ(answer(std::string("; ") + name + "; " + name), "declined") << name;
  }
}

TEST(DeflateOffer, DeclinesUnknownParameters) {
  EXPECT_EQ(answer("; constructor"), "declined");
  EXPECT_EQ(answer("; client_max_window_bits; mux=1"), "declined");
}

TEST(DeflateOffer, DeclinesOtherExtensions) {
  EXPECT_FALSE(read_deflate_offer({.name = "x-webkit-deflate-frame", .parameters = {}}));
}

}  // namespace
}  // namespace river::websocket
