// Envelopes from a file, one JSON object per line, for replaying traffic that was not made here.
#pragma once

#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/message/envelope.hpp"

namespace lastmile::scenario {

struct FileEnvelope {
  message::ItemHash item_hash;
  message::Type type = message::Type::POST;
  std::string sender;
  std::string text;                       // as it will be published
  std::vector<message::ItemHash> needs;  // what it amends or forgets
};

// Every line must be an inline envelope whose format, content and signature are valid: a replay that nodes would refuse
// proves nothing. Blank lines are read over. Errors: "FILE:17: expected ..., found ...".
Result<std::vector<FileEnvelope>> read_envelopes(const std::string& path);

}  // namespace lastmile::scenario
