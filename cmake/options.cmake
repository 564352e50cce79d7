# Compiler options that every target shares.
add_library(river_options INTERFACE)
target_compile_options(river_options INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual
  -Wconversion -Wno-sign-conversion -fno-omit-frame-pointer -fstack-protector-strong)
# GCC 12 reports these falsely from deep inside libstdc++ and Boost at -O2 and above.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(river_options INTERFACE
    -Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds -Wno-stringop-overread)
else()
  target_compile_options(river_options INTERFACE -Wthread-safety)
endif()
target_include_directories(river_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
# TSan does not know fences; the program uses none itself.
if(RIVER_SANITIZE)
  target_compile_options(river_options INTERFACE -fsanitize=${RIVER_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(river_options INTERFACE -fsanitize=${RIVER_SANITIZE})
  if(RIVER_SANITIZE MATCHES undefined)
    # It looks at memory through a pipe, and takes every object for a broken one when the tests have
    # used up all descriptors.
    target_compile_options(river_options INTERFACE -fno-sanitize=vptr)
  endif()
  if(RIVER_SANITIZE MATCHES thread AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(river_options INTERFACE -Wno-tsan)
  endif()
else()
  # _FORTIFY_SOURCE needs an optimizing build, and hides errors from the sanitizers.
  target_compile_definitions(river_options INTERFACE $<$<CONFIG:Release,RelWithDebInfo>:_FORTIFY_SOURCE=2>)
endif()
if(RIVER_FUZZ)
  # Coverage for the fuzzers to steer by; only the programs in fuzz/ get libFuzzer's main().
  target_compile_options(river_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
target_link_options(river_options INTERFACE -Wl,-z,relro,-z,now)
