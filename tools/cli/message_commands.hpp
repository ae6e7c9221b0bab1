// `lastmile message ...`, without the option parser. Each gives the exit status.
#pragma once

#include <string>

namespace lastmile::tools {

struct VerifyOptions {
  std::string file;  // or "-"
  bool json = false;
};

// Prints {"valid", "item_hash", "error_code"}, and "reason" when not valid; 0 valid, 1 not, 3 no message to look at.
int command_message_verify(const VerifyOptions& options);

}  // namespace lastmile::tools
