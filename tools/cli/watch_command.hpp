// `lastmile message watch`, without the option parser.
#pragma once

#include <string>
#include <vector>

#include "tools/cli/settings.hpp"

namespace lastmile::tools {

struct WatchOptions {
  CommonOptions common;
  std::vector<std::string> types, addresses, channels, content_types, refs;
  int history = 10;        // messages from before, at most
  long count = 0;          // end after so many; 0: never
  double for_seconds = 0;  // end after so long; 0: never
};

// Prints each message as JSON on a line of its own, as it comes; connects again when the connection ends. 0 when count
// or time is reached, 1 when no node can be reached.
int command_message_watch(const WatchOptions& options);

}  // namespace lastmile::tools
