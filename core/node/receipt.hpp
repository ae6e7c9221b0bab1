// What who handed in a message, a client or an archive that is taken in, is told of it after the durable commit.
#pragma once

#include <optional>
#include <string>

#include "core/base/callback.hpp"
#include "core/message/error_code.hpp"
#include "core/message/item_hash.hpp"
#include "core/message/status.hpp"

namespace lastmile::node {

struct Receipt {
  std::optional<message::ItemHash> item_hash;  // absent when the message could not even be named
  message::Status status = message::Status::none;
  std::optional<message::ErrorCode> code;
  std::string details;
};
using ReceiptDone = Callback<void(const Receipt&)>;

}  // namespace lastmile::node
