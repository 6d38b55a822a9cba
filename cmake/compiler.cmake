# Clang 19 only: g++ 12 destroys coroutine arguments twice (docs/decisions/0001-clang-19.md).
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR
    "postroad is built with Clang 19 (found ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}).\n"
    "g++ 12 miscompiles ordinary C++ coroutines: arguments of a co_await are destroyed twice.\n"
    "Fix: run `./dev build`, which installs clang-19 and lld-19 from Debian and selects them; "
    "or configure with `cmake --preset dev`.")
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

add_compile_options(-Wall -Wextra -Werror -Wno-missing-field-initializers -Wno-missing-designated-field-initializers
  -fno-omit-frame-pointer)
add_link_options(-fuse-ld=lld)

if(POSTROAD_FLAVOUR STREQUAL "release")
  set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
  add_compile_options(-D_FORTIFY_SOURCE=2 -fstack-protector-strong)
  add_link_options(-Wl,-z,relro,-z,now -Wl,--gc-sections)
elseif(POSTROAD_FLAVOUR STREQUAL "asan")
  set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=address,undefined)
elseif(POSTROAD_FLAVOUR STREQUAL "tsan")
  set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
  add_compile_options(-fsanitize=thread)
  add_link_options(-fsanitize=thread)
elseif(POSTROAD_FLAVOUR STREQUAL "fuzz")
  set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
  add_compile_options(-fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=address,undefined)
else()
  set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
endif()
