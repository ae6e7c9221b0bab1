// RLP, the serialization of Ethereum: as much of it as a transaction needs, both ways.
#pragma once

#include <variant>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/base/result.hpp"
#include "core/base/uint256.hpp"

namespace lastmile::real {

struct RlpItem;
using RlpList = std::vector<RlpItem>;
struct RlpItem {
  std::variant<Bytes, RlpList> value;
  bool is_list() const { return value.index() == 1; }
  friend bool operator==(const RlpItem&, const RlpItem&);
};
inline bool operator==(const RlpItem& a, const RlpItem& b) { return a.value == b.value; }

inline constexpr int kRlpDepthMax = 16;

RlpItem rlp_bytes(ByteView bytes);
RlpItem rlp_number(const Uint256& number);  // big endian without leading zeros, 0 is empty
Bytes rlp_encode(const RlpItem& item);
// Exactly one item in its only spelling. Error: cut off, bytes behind it, a longer spelling than needed, deeper than
// kRlpDepthMax.
Result<RlpItem> rlp_decode(ByteView bytes);

}  // namespace lastmile::real
