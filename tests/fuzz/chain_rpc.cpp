// What an endpoint of a chain may send, and what is read of it: replies, blocks, events, receipts, fees, transactions.
// Whatever is accepted is in order and keeps its meaning when it is written again.
#include <algorithm>
#include <string_view>

#include "core/base/check.hpp"
#include "real/chain/anchor_book.hpp"
#include "real/chain/eth_json.hpp"
#include "real/chain/evm_key.hpp"
#include "real/chain/limits.hpp"
#include "real/chain/rlp.hpp"
#include "real/chain/rpc_message.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lastmile;
  using namespace lastmile::real;
  if (size < 1) return 0;
  const std::size_t count = data[0] % 4 + 1;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto reply = parse_rpc_reply(text, 1, count);
  if (reply.ok()) {
    LM_CHECK(reply->size() == count);
    for (const RpcAnswer& answer : *reply) {
      if (!answer.ok()) {
        LM_CHECK(!answer.error().text.empty() && answer.error().text.size() <= kRpcErrorTextMax);
        continue;
      }
      if (const auto header = parse_eth_header(*answer); header.ok() && *header) {
        LM_CHECK((*header)->hash.size() == 66 && (*header)->parent.size() == 66);
      }
      if (const auto logs = parse_eth_logs(*answer); logs.ok()) {
        LM_CHECK(std::is_sorted(logs->begin(), logs->end(), [](const EthLog& a, const EthLog& b) {
          return std::pair(a.block, a.index) < std::pair(b.block, b.index);
        }));
      }
      if (const auto number = parse_eth_quantity(*answer); number.ok()) {
        LM_CHECK(*parse_eth_quantity("\"" + eth_quantity(*number) + "\"") == *number);
      }
      (void)parse_eth_receipt(*answer).ok();
      (void)parse_eth_fees(*answer).ok();
      (void)parse_eth_word(*answer).ok();
      (void)parse_eth_hash(*answer).ok();
    }
  }
  const ByteView bytes(data + 1, size - 1);
  if (const auto item = rlp_decode(bytes); item.ok()) {
    const Bytes again = rlp_encode(*item);
    LM_CHECK(std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()));
  }
  (void)read_transaction(bytes).ok();
  if (const auto book = AnchorBook::parse(text); book.ok()) LM_CHECK(*AnchorBook::parse(book->text()) == *book);
  return 0;
}
