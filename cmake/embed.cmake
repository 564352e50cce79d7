# Writes a header with the bytes of files as string_views, named after the files.
#   cmake -DOUTPUT=page_bytes.h "-DFILES=a.html;b.js" -P embed.cmake
set(header "// Made at build time: the files of console/.\n#pragma once\n#include <string_view>\n")
string(APPEND header "namespace river::server::page_bytes {\n")
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME)
  string(REGEX REPLACE "[^A-Za-z0-9]" "_" name ${name})
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" bytes "${hex}")
  # In pieces: compilers limit the length of one literal, and of one line.
  string(REGEX REPLACE "((\\\\x..)(\\\\x..)(\\\\x..)(\\\\x..)(\\\\x..)(\\\\x..)(\\\\x..)(\\\\x..))" "\\1\"\n\"" bytes "${bytes}")
  file(SIZE ${file} size)
  string(APPEND header "inline constexpr std::string_view ${name}(\n\"${bytes}\", ${size});\n")
endforeach()
string(APPEND header "}\n")
file(WRITE ${OUTPUT} "${header}")
