#include "server/page_files.h"

#include <algorithm>
#include <array>

#include "page_bytes.h"  // made at build time from console/

namespace river::server {

const PageFile* find_page_file(std::string_view path) {
  static const std::array<PageFile, 5> files{{
      {"/", "text/html; charset=utf-8", page_bytes::index_html},
      {"/console.css", "text/css; charset=utf-8", page_bytes::console_css},
      {"/console.js", "text/javascript; charset=utf-8", page_bytes::console_js},
      {"/favicon.svg", "image/svg+xml", page_bytes::favicon_svg},
      {"/river.js", "text/javascript; charset=utf-8", page_bytes::river_js},
  }};
  const auto place = std::ranges::find(files, path, &PageFile::path);
  return place == files.end() ? nullptr : place;
}

}  // namespace river::server
