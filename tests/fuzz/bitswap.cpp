// Messages of Bitswap: what is read can be written, and reads back equal; names of blocks check the blocks.
#include "core/ipfs/bitswap.hpp"
#include "core/base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lastmile::ipfs::bitswap;
  const auto message = decode({data, size});
  if (!message) return 0;
  const auto again = decode(encode(*message));
  LM_CHECK(again.ok());
  LM_CHECK(*again == *message);
  for (const Block& block : message->blocks) {
    if (const auto cid = cid_of(block)) {
      LM_CHECK(cid->check(block.data) == lastmile::crypto::BlockCheck::match);
      LM_CHECK(prefix_of(*cid) == block.prefix);
    }
  }
  return 0;
}
