// Is there a test of this name in the program? For guards that keep a list of what each word of a format is tested by.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace lastmile::test {

// name: "Suite.test", with the parts of a parameterised one as ctest shows them.
inline bool is_registered(std::string_view name) {
  const auto& program = *testing::UnitTest::GetInstance();
  for (int i = 0; i < program.total_test_suite_count(); ++i) {
    const testing::TestSuite& suite = *program.GetTestSuite(i);
    for (int k = 0; k < suite.total_test_count(); ++k) {
      if (std::string(suite.name()) + "." + suite.GetTestInfo(k)->name() == name) return true;
    }
  }
  return false;
}

}  // namespace lastmile::test
