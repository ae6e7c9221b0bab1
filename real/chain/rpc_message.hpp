// JSON-RPC 2.0 as bytes: requests written, replies read. What an endpoint sends is outside data in every part.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace lastmile::real {

struct RpcCall {
  std::string method;
  std::string params = "[]";  // JSON array
};

// What an error of an endpoint means for us. Codes are not enough: providers share them for different things.
enum class RpcTrouble : std::uint8_t {
  too_large,      // range or result of a question for events: ask for less
  rate_limited,   // ask later, or somebody else
  already_known,  // the transaction is in the pool
  nonce_used,     // a transaction with this nonce is in a block
  underpriced,    // a replacement, or at all
  refused,        // the transaction would fail or cannot be paid
  other,
};

struct RpcError {
  std::int64_t code = 0;
  std::string text;  // printable, at most kRpcErrorTextMax bytes
  RpcTrouble trouble = RpcTrouble::other;
};
using RpcAnswer = Result<std::string, RpcError>;  // JSON text of `result`, checked

// One call gives an object, several an array; ids are first_id, first_id + 1, ...
std::string rpc_request(std::span<const RpcCall> calls, std::uint64_t first_id);

// Answers in the order of the calls, whatever order they came in. Error: not JSON, an answer missing, twice or for
// another call; with RpcError::code 0. One error for a whole batch: that error.
Result<std::vector<RpcAnswer>, RpcError> parse_rpc_reply(std::string_view body, std::uint64_t first_id,
                                                         std::size_t count);

RpcTrouble rpc_trouble(std::int64_t code, std::string_view text);
// For logs: no control characters, no more than kRpcErrorTextMax bytes.
std::string printable(std::string_view text);

}  // namespace lastmile::real
