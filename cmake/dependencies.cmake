# Every library comes from Debian 12 and has a line in docs/decisions/.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED COMPONENTS core)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(SQLite3 REQUIRED)
find_package(PostgreSQL REQUIRED)
find_package(GTest REQUIRED)
find_package(ZLIB REQUIRED)
pkg_check_modules(IDN2 REQUIRED IMPORTED_TARGET libidn2)
pkg_check_modules(PSL REQUIRED IMPORTED_TARGET libpsl)
pkg_check_modules(GUMBO REQUIRED IMPORTED_TARGET gumbo)
find_library(UNBOUND_LIBRARY unbound REQUIRED)  # its .pc file wants libevent, which we do not use
pkg_check_modules(TOMLPLUSPLUS REQUIRED IMPORTED_TARGET tomlplusplus)
pkg_check_modules(ARGON2 REQUIRED IMPORTED_TARGET libargon2)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)

# Asio is compiled once (src/net/asio_implementation.cc); everything else sees declarations.
add_library(postroad_asio STATIC ${CMAKE_SOURCE_DIR}/src/net/third_party/asio_implementation.cc)
target_compile_definitions(postroad_asio PUBLIC
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED BOOST_BEAST_SEPARATE_COMPILATION)
target_link_libraries(postroad_asio PUBLIC Boost::headers OpenSSL::SSL OpenSSL::Crypto Threads::Threads)
target_precompile_headers(postroad_asio PRIVATE ${CMAKE_SOURCE_DIR}/src/net/third_party/asio_pch.h)
find_package(CLI11 REQUIRED)
