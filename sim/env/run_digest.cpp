#include "sim/env/run_digest.hpp"

#include "core/base/bytes.hpp"
#include "core/crypto/hash.hpp"

namespace lastmile::sim {
namespace {

void append_number(Bytes& out, std::uint64_t number) {
  for (int i = 0; i < 8; ++i) out.push_back(static_cast<std::uint8_t>(number >> (8 * i)));
}

}  // namespace

Hash256 run_digest(std::uint64_t seed, std::span<const NodeDigest> nodes, std::span<const std::string> chain_heads) {
  Bytes text;
  text.reserve(32 + nodes.size() * 56);
  append_number(text, kDigestFormat);
  append_number(text, seed);
  append_number(text, nodes.size());
  for (const NodeDigest& node : nodes) {
    append_number(text, node.chain.low);
    append_number(text, node.chain.high);
    append_number(text, node.events);
    append(text, node.state.view());
  }
  append_number(text, chain_heads.size());
  for (const std::string& head : chain_heads) {
    append_number(text, head.size());
    append(text, head);
  }
  return crypto::sha256(text);
}

}  // namespace lastmile::sim
