include(GoogleTest)

# lm_room(core/base SOURCES a.cpp b.cpp DEPS lm_x PRIVATE_DEPS PkgConfig::y)
# makes the static library lm_core_base. DEPS are what users of its headers need; PRIVATE_DEPS stay inside.
function(lm_room path)
  cmake_parse_arguments(ROOM "" "" "SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  string(REPLACE "/" "_" name ${path})
  add_library(lm_${name} STATIC ${ROOM_SOURCES})
  target_link_libraries(lm_${name} PUBLIC ${ROOM_DEPS} PRIVATE lm_options ${ROOM_PRIVATE_DEPS})
  target_include_directories(lm_${name} PUBLIC ${CMAKE_SOURCE_DIR})
endfunction()

# An empty optional or an index out of range stops a test (clang-tidy relies on it, tests/.clang-tidy).
set(LM_TEST_CHECKS -D_GLIBCXX_ASSERTIONS)
# Code of tests is compiled about as often as it is run: -O1 saves a fifth of its compilation and hardly slows it.
set(LM_TEST_FLAGS $<$<CONFIG:Release>:-O1> ${LM_TEST_CHECKS})

# lm_test(unit_base SOURCES a_test.cpp DEPS lm_core_base LABELS unit [RAPIDCHECK] [OPTIMISED])
# One executable per room: each test file pays seconds of compilation before its first test. OPTIMISED: for whole runs,
# where inline functions of the rooms would otherwise come from the tests' objects.
function(lm_test name)
  cmake_parse_arguments(TEST "RAPIDCHECK;OPTIMISED" "TIMEOUT" "SOURCES;DEPS;LABELS" ${ARGN})
  add_executable(${name} ${TEST_SOURCES})
  target_link_libraries(${name} PRIVATE lm_options ${TEST_DEPS} GTest::gtest_main GTest::gmock)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  if(TEST_OPTIMISED)
    target_compile_options(${name} PRIVATE ${LM_TEST_CHECKS})
  else()
    target_compile_options(${name} PRIVATE ${LM_TEST_FLAGS})
  endif()
  if(TEST_RAPIDCHECK)
    target_link_libraries(${name} PRIVATE rapidcheck_gtest)
  endif()
  if(NOT TEST_TIMEOUT)
    set(TEST_TIMEOUT 300)
  endif()
  # A property draws the same cases in every run unless RC_PARAMS is given by hand. gtest_discover_tests() takes a list apart:
  # the second variable needs a property of its own.
  set(more)
  if(LM_SANITIZE STREQUAL "thread")
    set(more ENVIRONMENT_MODIFICATION "TSAN_OPTIONS=set:suppressions=${CMAKE_SOURCE_DIR}/tests/tsan.supp")
  endif()
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST
    PROPERTIES LABELS "${TEST_LABELS}" TIMEOUT ${TEST_TIMEOUT} ENVIRONMENT "RC_PARAMS=seed=7" ${more}
    SKIP_REGULAR_EXPRESSION "\\[  SKIPPED \\]")
endfunction()

# lm_fuzz(fuzz_envelope SOURCE envelope.cpp DEPS lm_core_message): libFuzzer with LM_FUZZ, and always a test that replays
# the corpus folder tests/fuzz/corpus/<name> (and mutations of it) through the same entry point.
function(lm_fuzz name)
  cmake_parse_arguments(FUZZ "" "" "SOURCE;DEPS" ${ARGN})
  if(LM_FUZZ)
    add_executable(${name} ${FUZZ_SOURCE})
    target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  else()
    add_executable(${name} ${FUZZ_SOURCE})
    target_link_libraries(${name} PRIVATE fuzz_replay)
    add_test(NAME ${name} COMMAND ${name} ${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${name})
    set_tests_properties(${name} PROPERTIES LABELS fuzz TIMEOUT 300)
  endif()
  target_compile_options(${name} PRIVATE ${LM_TEST_CHECKS})
  target_link_libraries(${name} PRIVATE lm_options ${FUZZ_DEPS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
endfunction()
