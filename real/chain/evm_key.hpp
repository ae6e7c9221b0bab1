// The key that pays for anchors, and the transactions signed with it (EIP-1559). It holds money: it is another key than
// the node's own, and is read from a file of its own.
#pragma once

#include <filesystem>
#include <string>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/base/uint256.hpp"
#include "core/crypto/curve/keys.hpp"

namespace lastmile::real {

struct FeeTransaction {
  std::uint64_t chain_id = 0;
  std::uint64_t nonce = 0;
  Uint256 tip;        // max_priority_fee_per_gas, wei
  Uint256 fee_limit;  // max_fee_per_gas, wei
  std::uint64_t gas_limit = 0;
  Bytes to;  // 20 bytes
  Bytes data;
};

struct SignedTransaction {
  Bytes raw;
  std::string hash;  // 0x + 64 digits
};

class EvmKey {
 public:
  // 64 hexadecimal digits, 0x before them or not, and perhaps a line end. Error: others can read the file (mode 0600 is
  // wanted), it is none, or no key of the curve.
  static Result<EvmKey> load(const std::filesystem::path& file);
  static Result<EvmKey> of(const crypto::PrivateKey& key);
  EvmKey(const EvmKey&) = default;
  EvmKey& operator=(const EvmKey&) = default;
  ~EvmKey();  // wipes it

  const std::string& address() const { return address_; }  // EIP-55
  // Deterministic: the same transaction has the same bytes.
  SignedTransaction sign(const FeeTransaction& transaction) const;

 private:
  EvmKey() = default;
  crypto::PrivateKey key_{};
  std::string address_;
};

// Who signed these bytes; for tests, and to look at what an earlier life of the node left. Error: not such a
// transaction.
struct ReadTransaction {
  FeeTransaction content;
  std::string sender;  // EIP-55
};
Result<ReadTransaction> read_transaction(ByteView raw);

}  // namespace lastmile::real
