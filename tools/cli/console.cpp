#include "tools/cli/console.hpp"

#include <cstdio>

namespace lastmile::tools {

void print_line(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fputc('\n', stdout);
}

int fail(int status, const Complaint& complaint, bool json) {
  complain("lastmile", complaint, json);
  return status;
}

}  // namespace lastmile::tools
