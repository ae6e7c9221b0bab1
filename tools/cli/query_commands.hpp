// What a node is asked: `lastmile message get`, `balance`, `price`, without the option parser. Each gives the exit
// status.
#pragma once

#include <string>

#include "tools/cli/session.hpp"

namespace lastmile::tools {

struct QueryOptions {
  CommonOptions common;
  std::string hash;              // of a message
  std::string address;           // of balance; empty: the account of the settings
  std::string chain;             // of balance: one chain only
  std::string file;              // of price: what storing this file would cost
  std::string payment = "hold";  // of price with a file
};

// The node's answer, as it is; the message in it is checked first (form, hash, signature).
int command_message_get(const QueryOptions& options);
int command_balance(const QueryOptions& options);
int command_price(const QueryOptions& options);
// How much the node takes at once.
int command_limits(const QueryOptions& options);

}  // namespace lastmile::tools
