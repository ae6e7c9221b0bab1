#include "core/ipfs/shard.hpp"

#include <algorithm>

#include "core/base/check.hpp"
#include "core/base/hex_digit.hpp"
#include "core/ipfs/limits.hpp"
#include "core/ipfs/murmur3.hpp"

namespace lastmile::ipfs {

std::size_t shard_slot(std::string_view name, std::size_t level) {
  LM_CHECK(level < kShardDepthMax);
  return static_cast<std::size_t>(murmur3_x64(name) >> (8 * (kShardDepthMax - 1 - level)) & 0xff);
}

std::string shard_prefix(std::size_t slot) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  return {kDigits[slot >> 4], kDigits[slot & 0xf]};
}

ReadResult<Unit> check_shard(const crypto::Cid& cid, const FsNode& node) {
  const auto bad = [&](FailureKind kind, const char* why) { return Failure{kind, cid.text() + ": " + why}; };
  if (node.unixfs.hash_type != kShardHash || node.unixfs.fanout != kShardFanout)
    return bad(FailureKind::wrong_kind, "a sharded directory of a kind that is not supported");
  if (node.links.size() > kShardFanout) return bad(FailureKind::corrupt, "more links than slots");
  for (const PbLink& link : node.links) {
    if (link.name.size() < kShardPrefixChars || hex_digit(link.name[0]) < 0 || hex_digit(link.name[1]) < 0)
      return bad(FailureKind::corrupt, "a link of a shard without its slot");
  }
  return Unit{};
}

}  // namespace lastmile::ipfs
