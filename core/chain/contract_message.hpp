// Messages born in contracts (messages.md 6.4): a MessageEvent becomes an envelope without signature. Its authenticity
// comes from the chain, so such a message must not be believed before its block is final.
#pragma once

#include <string_view>

#include "core/base/result.hpp"
#include "core/base/time.hpp"
#include "core/crypto/chain.hpp"
#include "core/message/envelope.hpp"
#include "core/message/refusal.hpp"

namespace lastmile::chain {

struct ContractEvent {
  crypto::Chain chain = crypto::Chain::ETH;
  std::string_view address;  // who emitted: the sender
  std::string_view type;     // msgtype: a message type, or STORE_IPFS
  std::string_view content;  // msgcontent
  Wall event_time;           // the event's own timestamp
  Wall transaction_time;     // becomes the envelope's time
};

// Refusal (code 0) when the result is no legal message. The content's schema is for parse_content to check.
Result<message::Envelope, message::Refusal> contract_message(const ContractEvent& event);

// The item_content of a STORE_IPFS event. The hash depends on every space of it.
std::string store_ipfs_content(std::string_view address, Wall time, std::string_view file);

}  // namespace lastmile::chain
