#include "http_answers.h"

#include "fail.h"
#include "json_scan.h"

namespace river::bench {

int HttpAnswers::feed(std::string_view bytes) {
  if (!partial_.empty()) {
    partial_ += bytes;
    bytes = partial_;
  }
  int answers = 0;
  for (;;) {
    const std::size_t end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos) break;
    const std::string_view head = bytes.substr(0, end + 2);
    if (!head.starts_with("HTTP/1.1 2")) fail("refused: " + std::string(bytes));
    const std::size_t body = number_behind(head, "Content-Length: ");
    if (bytes.size() < end + 4 + body) break;
    last_body_ = bytes.substr(end + 4, body);
    bytes.remove_prefix(end + 4 + body);
    ++answers;
  }
  partial_ = std::string(bytes);
  return answers;
}

}  // namespace river::bench
