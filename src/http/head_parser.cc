#include "http/head_parser.h"

#include <limits>
#include <string>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

namespace river::http {
namespace {

namespace beast = boost::beast;
using BeastError = beast::error_code;

class BeastHeadParser final : public beast::http::basic_parser<true> {
 public:
  BeastHeadParser(Request& request, std::vector<Header>& headers)
      : request_(request), headers_(headers) {
    skip(true);  // the body is RequestReader's own work
    header_limit(std::numeric_limits<std::uint32_t>::max());  // HeadScanner has counted
  }

 private:
  void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target,
                       int version, BeastError&) override {
    request_.method = {method.data(), method.size()};
    request_.target = {target.data(), target.size()};
    request_.minor_version = version % 10;
  }
  void on_field_impl(beast::http::field, beast::string_view name, beast::string_view value,
                     BeastError&) override {
    headers_.push_back({{name.data(), name.size()}, {value.data(), value.size()}});
  }
  void on_header_impl(BeastError&) override {}
  void on_finish_impl(BeastError&) override {}

  // Required by the base, never called: the body is skipped.
  void on_response_impl(int, beast::string_view, int, BeastError&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, BeastError&) override {}
  std::size_t on_body_impl(beast::string_view, BeastError&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, BeastError&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view, BeastError&) override {
    return 0;
  }

  Request& request_;
  std::vector<Header>& headers_;
};

ReadError read_error_of(const BeastError& error) {
  using Reason = beast::http::error;
  if (error == Reason::bad_field) {
    return invalid_request("a header is a name, a colon without space before it, and a value");
  }
  if (error == Reason::bad_content_length || error == Reason::multiple_content_length) {
    return invalid_request(
        "Content-Length must be there once, be one decimal number, and not be "
        "together with Transfer-Encoding");
  }
  if (error == Reason::bad_transfer_encoding) {
    return invalid_request("Transfer-Encoding must be there once and not with Content-Length");
  }
  if (error == Reason::bad_value) return invalid_request("Connection must be a list of names");
  return invalid_request("the head is not HTTP/1.1: " + error.message());
}

}  // namespace

std::expected<Request, ReadError> parse_head(std::string_view head, std::vector<Header>& headers) {
  Request request;
  headers.clear();
  BeastHeadParser parser(request, headers);
  BeastError error;
  const std::size_t taken = parser.put(boost::asio::const_buffer(head.data(), head.size()), error);
  if (error) return std::unexpected(read_error_of(error));
  if (!parser.is_done() || taken != head.size()) {
    return std::unexpected(invalid_request("the head ends before its empty line"));
  }
  const std::size_t mark = request.target.find('?');
  request.path = request.target.substr(0, mark);
  if (mark != std::string_view::npos) request.query = request.target.substr(mark + 1);
  request.keep_alive = parser.keep_alive();
  request.headers = headers;
  return request;
}

}  // namespace river::http
