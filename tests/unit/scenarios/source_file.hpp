// JSON files of the source tree: the schema, and tables of tests.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "scenarios/engine/text/json_reader.hpp"

namespace lastmile::scenario::test {

// Empty, and the test fails, when it cannot be read. The path is relative to the tree and begins with a slash.
inline Json read_file(const std::string& path) {
  std::ifstream file(LASTMILE_SOURCE_DIR + path);
  std::ostringstream text;
  text << file.rdbuf();
  Findings findings;
  auto json = read_json(text.str(), findings);
  EXPECT_TRUE(json.has_value()) << findings.lines(path);
  return json ? *json : Json();
}

}  // namespace lastmile::scenario::test
