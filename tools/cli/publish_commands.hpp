// `lastmile post`, `amend`, `aggregate`, `forget`, without the option parser. Each gives the exit status.
#pragma once

#include <string>
#include <vector>

#include "tools/cli/session.hpp"

namespace lastmile::tools {

struct PublishOptions {
  SigningOptions signing;
  std::string type;                 // of a post
  std::string ref;                  // of a post; what an amend amends
  std::string key;                  // of an aggregate
  std::string content;              // JSON, as given on the command line
  std::string file;                 // or in a file, or "-"
  std::vector<std::string> hashes;  // of a forget
  std::string reason;
};

int command_post(const PublishOptions& options);
int command_amend(const PublishOptions& options);
int command_aggregate(const PublishOptions& options);
int command_forget(const PublishOptions& options);

}  // namespace lastmile::tools
