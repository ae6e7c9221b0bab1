// Where the protocol vectors lie, and how a test reads one file of them.
#pragma once

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace lastmile::test {

inline std::string vector_folder() {
  const char* folder = std::getenv("LASTMILE_VECTORS");
  return folder != nullptr ? folder : LASTMILE_SOURCE_DIR "/../shared/protocol/vectors";
}

// Empty when the file is not there; a file that is there but is no JSON throws, which fails the test.
inline std::optional<nlohmann::json> read_json(const std::string& path) {
  std::ifstream file(path);
  if (!file) return std::nullopt;
  return nlohmann::json::parse(file);
}

}  // namespace lastmile::test

// NOLINTBEGIN(bugprone-macro-parentheses): a declared name has none
// Skips visibly where the shared folder is missing (a clone without it).
#define LM_VECTORS(name, file)                                                                        \
  const auto name##_file = lastmile::test::read_json(lastmile::test::vector_folder() + "/" + (file)); \
  if (!name##_file) GTEST_SKIP() << (file) << " not found in " << lastmile::test::vector_folder();    \
  const nlohmann::json& name = *name##_file;                                                          \
  ASSERT_FALSE(name.empty())
// NOLINTEND(bugprone-macro-parentheses)
