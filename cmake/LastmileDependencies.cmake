# Every library we use, found once (docs/dependencies.md says why each is here).
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Python3 COMPONENTS Interpreter REQUIRED)  # tests
find_package(Boost 1.74 REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(nlohmann_json 3.11 CONFIG REQUIRED)
find_package(simdjson CONFIG REQUIRED)
find_package(RocksDB CONFIG REQUIRED)
find_package(CLI11 CONFIG REQUIRED)
find_package(tomlplusplus CONFIG REQUIRED)
find_package(fmt CONFIG REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(GTest CONFIG REQUIRED)
find_package(rapidcheck CONFIG REQUIRED)
find_package(benchmark CONFIG REQUIRED)
pkg_check_modules(simgrid REQUIRED IMPORTED_TARGET simgrid>=3.32)
pkg_check_modules(jemalloc REQUIRED IMPORTED_TARGET jemalloc)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(secp256k1 REQUIRED IMPORTED_TARGET libsecp256k1)
pkg_check_modules(cryptopp REQUIRED IMPORTED_TARGET libcrypto++)

# For programs that run long or hold many nodes. Sanitizers bring allocators of their own. No symbol of it is named in
# our code, so the linker must be told to keep it.
add_library(lm_allocator INTERFACE)
if(NOT LM_SANITIZE)
  target_link_libraries(lm_allocator INTERFACE -Wl,--no-as-needed PkgConfig::jemalloc)
endif()
