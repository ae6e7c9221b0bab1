// Why outside data was not accepted: the code that clients see and a sentence for people.
#pragma once

#include <optional>
#include <string>

#include "core/message/error_code.hpp"
#include "core/message/item_hash.hpp"

namespace lastmile::message {

struct Refusal {
  ErrorCode code = ErrorCode::invalid_format;
  std::string detail;  // where and what was expected, e.g. "content.volumes[2].size_mib: 1 to 1000 expected"
  // The name under which a rejection may be recorded. Empty: nothing can be recorded, drop silently (messages.md 5.1).
  std::optional<ItemHash> item_hash{};
};

}  // namespace lastmile::message
