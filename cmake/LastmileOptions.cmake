# Language, warnings, sanitizers and compiler cache: the same for every target of ours.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
# Assertions of ours (LM_CHECK) do not depend on NDEBUG; -g1 keeps line numbers in traces.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

# Floating point must not change with optimisation: laws of the scenario files draw with + - * / and sqrt only.
add_compile_options(-ffp-contract=off)

add_library(lm_options INTERFACE)
target_compile_options(lm_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Werror
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>    # false alarm of g++ 12 in optimised builds
  $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>)   # std::stable_sort of the system's library uses one
target_compile_definitions(lm_options INTERFACE
  $<$<CXX_COMPILER_ID:Clang>:BOOST_ASIO_HAS_CO_AWAIT BOOST_ASIO_HAS_STD_COROUTINE>)
target_include_directories(lm_options INTERFACE ${CMAKE_SOURCE_DIR})

set(LM_SANITIZE "" CACHE STRING "empty, 'address,undefined' or 'thread'")
if(LM_SANITIZE)
  add_compile_options(-fsanitize=${LM_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=${LM_SANITIZE})
  if(LM_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-tsan)           # Asio's headers use atomic_thread_fence
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-maybe-uninitialized)   # false alarms of g++ 12 in instrumented code; release builds keep it
  endif()
endif()

option(LM_COVERAGE "instrument for gcovr" OFF)
if(LM_COVERAGE)
  add_compile_options(--coverage -fprofile-abs-path)
  add_link_options(--coverage)
endif()

option(LM_FUZZ "build the libFuzzer targets (clang)" OFF)
if(LM_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)   # the rooms too: without it libFuzzer sees the targets only
endif()
option(LM_BENCH "build the benchmarks" ON)

# Several sources of a room are compiled as one, for most of a compiler's time goes into headers that they share. `dev`
# compiles each by itself, which shows a missing include and makes a small change quick to build.
option(LM_UNITY "compile the sources of a target in groups" ON)
set(CMAKE_UNITY_BUILD ${LM_UNITY})
set(CMAKE_UNITY_BUILD_BATCH_SIZE 8)
if(LM_UNITY AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-Wno-subobject-linkage)   # g++ tells a group's sources from headers by being the main file
endif()
