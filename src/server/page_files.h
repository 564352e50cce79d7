// The page that River serves at `/`: the files of console/, built into the program.
#pragma once

#include <string_view>

namespace river::server {

struct PageFile {
  std::string_view path;  // of the URL
  std::string_view content_type;
  std::string_view bytes;
};

// Null if the path is none of the page's.
[[nodiscard]] const PageFile* find_page_file(std::string_view path);

}  // namespace river::server
