// The values of the Ethereum JSON-RPC interface: read from outside data, written into our calls. Hashes and addresses
// come out in lower case with 0x.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/base/uint256.hpp"

namespace lastmile::real {

struct EthHeader {
  std::uint64_t number = 0;
  std::string hash;
  std::string parent;
  std::uint64_t time = 0;  // UNIX seconds
};

struct EthLog {
  std::uint64_t block = 0;
  std::string block_hash;
  std::string transaction;
  std::uint64_t index = 0;  // within the block
  std::string address;
  std::vector<std::string> topics;
  Bytes data;
};

struct EthReceipt {
  std::uint64_t block = 0;
  bool succeeded = false;
};

struct EthFees {
  Uint256 base;  // per gas, of the next block
  Uint256 tip;   // mean of what was paid beyond it
};

// All take the checked JSON text of a result. Error: not what it should be.
Result<std::optional<EthHeader>> parse_eth_header(std::string_view json);  // empty: no such block
// In the order of the chain (block, index). Error also: two of one place, more than kLogsMax.
Result<std::vector<EthLog>> parse_eth_logs(std::string_view json);
Result<std::optional<EthReceipt>> parse_eth_receipt(std::string_view json);  // empty: in no block
Result<EthFees> parse_eth_fees(std::string_view json);                       // of eth_feeHistory with one percentile
Result<std::uint64_t> parse_eth_quantity(std::string_view json);
Result<Uint256> parse_eth_word(std::string_view json);  // of eth_call: 32 bytes
Result<std::string> parse_eth_hash(std::string_view json);

std::string eth_quantity(const Uint256& number);  // "0x0", "0x1f", without quotes
std::string eth_data(ByteView bytes);             // "0x...", without quotes
// 20 bytes of 0x and 40 digits; empty for anything else.
std::optional<Bytes> parse_eth_address(std::string_view text);

}  // namespace lastmile::real
