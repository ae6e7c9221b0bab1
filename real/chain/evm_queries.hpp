// The questions we ask an EVM chain, each with the judgement of its answer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "real/chain/eth_json.hpp"
#include "real/chain/rpc_pool.hpp"

namespace lastmile::real {

// "latest", "finalized" or "safe": whatever block it is, but one.
RpcQuestion ask_tagged_header(std::string_view tag);
// The header at a height; that there is none is an answer. Another height than asked for is not.
RpcQuestion ask_header(std::uint64_t height);
// Events of the contract in one block, or in a range. An event of elsewhere cannot be an answer.
RpcQuestion ask_logs_of(const EthHeader& block, std::string_view contract);
RpcQuestion ask_logs(std::uint64_t from, std::uint64_t to, std::string_view contract);
RpcQuestion ask_balance(std::string_view token, ByteView address, const std::string& block);

RpcQuestion ask_chain_id();
RpcQuestion ask_nonce(std::string_view address);  // of the next transaction, in blocks only
RpcQuestion ask_fees();
RpcQuestion ask_gas(std::string_view from, std::string_view to, ByteView data);
RpcQuestion ask_receipt(std::string_view transaction);
RpcQuestion ask_send(ByteView raw);

}  // namespace lastmile::real
