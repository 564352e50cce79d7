#include <set>

#include <gtest/gtest.h>

#include "protocol/close_codes.h"
#include "protocol/errors.h"

namespace river::protocol {
namespace {

constexpr ErrorCode last_error = ErrorCode::unavailable;

TEST(Errors, EveryCodeHasItsOwnReasonAndAStatus) {
  std::set<std::string_view> reasons;
  std::size_t known = 0;
  for (int number = 4400; number <= static_cast<int>(last_error); ++number) {
    const auto code = static_cast<ErrorCode>(number);
    const ErrorInfo info = error_info(code);
    if (info.reason.empty()) continue;  // no such code
    ++known;
    reasons.insert(info.reason);
    EXPECT_FALSE(info.message.empty()) << number;
    EXPECT_GE(info.http_status, 400) << number;
    EXPECT_LE(info.http_status, 503) << number;
  }
  EXPECT_EQ(known, 19U);
  EXPECT_EQ(reasons.size(), known);
}

TEST(Errors, OnlyWhatPassesByItselfIsWorthRetrying) {
  EXPECT_TRUE(error_info(ErrorCode::rate_limited).retry);
  EXPECT_TRUE(error_info(ErrorCode::unavailable).retry);
  EXPECT_FALSE(error_info(ErrorCode::forbidden).retry);
  EXPECT_EQ(error_info(ErrorCode::forbidden).http_status, 403);
}

TEST(CloseCodes, HaveAReasonThatFitsIntoTheFrame) {
  for (const CloseCode code :
       {CloseCode::normal, CloseCode::going_away, CloseCode::protocol_error,
        CloseCode::unsupported_data, CloseCode::invalid_text, CloseCode::policy_violation,
        CloseCode::message_too_large, CloseCode::invalid_message, CloseCode::unauthenticated,
        CloseCode::forbidden, CloseCode::no_pong, CloseCode::too_fast, CloseCode::slow_reader,
        CloseCode::over_capacity}) {
    EXPECT_FALSE(close_reason(code).empty());
    EXPECT_LE(close_reason(code).size(), close_reason_bytes_max);
  }
}

}  // namespace
}  // namespace river::protocol
