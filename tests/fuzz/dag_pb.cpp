// Blocks of codec dag-pb: what is read is written in the canonical form, and that form reads back equal.
#include "core/ipfs/dag_pb.hpp"
#include "core/base/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lastmile;
  const auto node = ipfs::decode_dag_pb({data, size});
  if (!node) return 0;
  const Bytes canonical = ipfs::encode_dag_pb(*node);
  const auto again = ipfs::decode_dag_pb(canonical);
  LM_CHECK(again.ok());
  LM_CHECK(again->links.size() == node->links.size());
  LM_CHECK(again->data.has_value() == node->data.has_value());
  LM_CHECK(!node->data || to_hex(*again->data) == to_hex(*node->data));
  LM_CHECK(ipfs::encode_dag_pb(*again) == canonical);
  return 0;
}
