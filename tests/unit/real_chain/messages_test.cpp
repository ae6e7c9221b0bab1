// JSON-RPC, RLP and signed transactions as bytes.
#include <gtest/gtest.h>
// after gtest
#include <rapidcheck/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "real/chain/anchor_book.hpp"
#include "real/chain/eth_json.hpp"
#include "real/chain/evm_key.hpp"
#include "real/chain/limits.hpp"
#include "real/chain/rlp.hpp"
#include "real/chain/rpc_message.hpp"
#include "real/chain/rpc_pool.hpp"
#include "tests/unit/real/scratch.hpp"

namespace lastmile::real {
namespace {

std::string why(const Result<std::vector<RpcAnswer>, RpcError>& reply) { return reply.ok() ? "" : reply.error().text; }

TEST(RpcMessage, one_call_is_an_object_and_several_are_a_list) {
  const std::vector<RpcCall> calls{{"eth_chainId"}, {"eth_getLogs", R"([{"a":1}])"}};
  EXPECT_EQ(rpc_request(std::span(calls).first(1), 7),
            R"({"jsonrpc":"2.0","id":7,"method":"eth_chainId","params":[]})");
  EXPECT_EQ(rpc_request(calls, 7), R"([{"jsonrpc":"2.0","id":7,"method":"eth_chainId","params":[]},)"
                                   R"({"jsonrpc":"2.0","id":8,"method":"eth_getLogs","params":[{"a":1}]}])");
}

TEST(RpcMessage, answers_find_their_calls_in_any_order) {
  const auto reply = parse_rpc_reply(
      R"([{"id":8,"error":{"code":-32000,"message":"nonce too low"}},{"id":7,"result":{"x":[1]}}])", 7, 2);
  ASSERT_TRUE(reply.ok()) << why(reply);
  EXPECT_EQ(*(*reply)[0], R"({"x":[1]})");
  EXPECT_EQ((*reply)[1].error().trouble, RpcTrouble::nonce_used);
}

TEST(RpcMessage, what_does_not_answer_the_calls_is_refused) {
  EXPECT_EQ(why(parse_rpc_reply("<html>", 1, 1)), "the reply is no JSON");
  EXPECT_EQ(why(parse_rpc_reply(R"({"id":2,"result":1})", 1, 1)), "an answer to another call");
  EXPECT_EQ(why(parse_rpc_reply(R"({"id":0,"result":1})", 1, 1)), "an answer to another call");
  EXPECT_EQ(why(parse_rpc_reply(R"({"id":1})", 1, 1)), "the reply holds something that is no answer");
  EXPECT_EQ(why(parse_rpc_reply(R"({"id":"1","result":1})", 1, 1)), "an answer does not name its call");
  EXPECT_EQ(why(parse_rpc_reply("[]", 1, 1)), "a call was not answered");
  EXPECT_EQ(why(parse_rpc_reply(R"([{"id":1,"result":1},{"id":1,"result":2}])", 1, 2)), "two answers to one call");
  EXPECT_EQ(why(parse_rpc_reply(R"({"id":1,"result":1})", 1, 2)), "one answer to several calls");
  EXPECT_EQ(why(parse_rpc_reply(R"({"id":null,"error":{"code":-32600,"message":"no\nbatches"}})", 1, 2)), "no?batches");
}

TEST(RpcMessage, errors_of_real_providers_are_understood) {
  EXPECT_EQ(rpc_trouble(-32005, "query returned more than 10000 results"), RpcTrouble::too_large);
  EXPECT_EQ(rpc_trouble(-32005, "daily request count exceeded, request rate limited"), RpcTrouble::rate_limited);
  EXPECT_EQ(rpc_trouble(-32005, "too many logs"), RpcTrouble::too_large);
  EXPECT_EQ(rpc_trouble(-32005, ""), RpcTrouble::too_large);
  EXPECT_EQ(rpc_trouble(-32614, "eth_getLogs is limited to a 10,000 range"), RpcTrouble::too_large);
  EXPECT_EQ(rpc_trouble(-32602, "Log response size exceeded. this block range should work: [0x1, 0x2]"),
            RpcTrouble::too_large);
  EXPECT_EQ(rpc_trouble(-32600, "exceed maximum block range: 5000"), RpcTrouble::too_large);
  EXPECT_EQ(rpc_trouble(-32000, "already known"), RpcTrouble::already_known);
  EXPECT_EQ(rpc_trouble(-32000, "replacement transaction underpriced"), RpcTrouble::underpriced);
  EXPECT_EQ(rpc_trouble(-32000, "insufficient funds for gas * price + value"), RpcTrouble::refused);
  EXPECT_EQ(rpc_trouble(429, "Your app has exceeded its compute units per second capacity"), RpcTrouble::rate_limited);
  EXPECT_EQ(rpc_trouble(-32000, "header not found"), RpcTrouble::other);
}

TEST(RpcPoolNames, of_a_url_only_host_and_port_are_shown) {
  EXPECT_EQ(url_host("https://node.example/v3/secret"), "node.example");
  EXPECT_EQ(url_host("http://user:secret@127.0.0.1:8545?key=1"), "127.0.0.1:8545");
  EXPECT_EQ(url_host("ftp://node.example"), "");
  EXPECT_EQ(url_host("https://"), "");
  EXPECT_EQ(url_host("https://a b"), "");
}

TEST(EthJson, fees_are_the_next_base_fee_and_the_mean_tip) {
  const auto fees = parse_eth_fees(R"({"baseFeePerGas":["0xa","0x14"],"reward":[["0x2"],["0x4"],["0x6"]]})");
  ASSERT_TRUE(fees.ok());
  EXPECT_EQ(fees->base, Uint256(20U));
  EXPECT_EQ(fees->tip, Uint256(4U));
  EXPECT_FALSE(parse_eth_fees(R"({"baseFeePerGas":[],"reward":[]})").ok());
  EXPECT_FALSE(parse_eth_fees(R"({"baseFeePerGas":["0x1"],"reward":[["0x1","0x2"]]})").ok());
  EXPECT_FALSE(parse_eth_fees(R"({"baseFeePerGas":["0xffffffffffffffffff"],"reward":[]})").ok());
}

TEST(EthJson, numbers_are_hexadecimal_and_bounded) {
  EXPECT_EQ(*parse_eth_quantity(R"("0x10")"), 16U);
  for (const char* bad : {R"("0x")", R"("10")", "16", R"("0xg")", R"("0x8000000000000000")", "null"})
    EXPECT_FALSE(parse_eth_quantity(bad).ok()) << bad;
  EXPECT_EQ(eth_quantity(Uint256(0U)), "0x0");
  EXPECT_EQ(eth_quantity(Uint256(0x1f0U)), "0x1f0");
}

// --- RLP

RlpItem random_item(int depth) {
  if (depth == 0 || *rc::gen::inRange(0, 3) > 0) {
    const auto size = *rc::gen::element<std::size_t>(0, 1, 2, 55, 56, 300);
    return {*rc::gen::container<Bytes>(size, rc::gen::arbitrary<std::uint8_t>())};
  }
  RlpList list;
  for (int left = *rc::gen::inRange(0, 4); left > 0; --left) list.push_back(random_item(depth - 1));
  return {std::move(list)};
}

RC_GTEST_PROP(Rlp, what_is_written_reads_back, ()) {
  const RlpItem item = random_item(4);
  const Bytes bytes = rlp_encode(item);
  const auto again = rlp_decode(bytes);
  RC_ASSERT(again.ok());
  RC_ASSERT(*again == item);
  RC_ASSERT(!rlp_decode(ByteView(bytes).first(bytes.size() - 1)).ok());
  Bytes more = bytes;
  more.push_back(0);
  RC_ASSERT(!rlp_decode(more).ok());
}

TEST(Rlp, has_one_spelling_for_each_value) {
  EXPECT_EQ(to_hex(rlp_encode(rlp_number(Uint256(0U)))), "80");
  EXPECT_EQ(to_hex(rlp_encode(rlp_number(Uint256(15U)))), "0f");
  EXPECT_EQ(to_hex(rlp_encode(rlp_number(Uint256(1024U)))), "820400");
  EXPECT_EQ(to_hex(rlp_encode(rlp_bytes(as_bytes("dog")))), "83646f67");
  EXPECT_EQ(to_hex(rlp_encode({RlpList{rlp_bytes(as_bytes("cat")), rlp_bytes(as_bytes("dog"))}})),
            "c88363617483646f67");
  for (const char* other : {"8105", "b800", "b83700", "b90001ff", "f800", ""}) {
    EXPECT_FALSE(rlp_decode(*from_hex(other)).ok()) << other;
  }
  Bytes deep(100, 0xc1);
  EXPECT_FALSE(rlp_decode(deep).ok());
}

// --- keys and transactions. The bytes were made by ethers 6.

crypto::PrivateKey test_key() {
  crypto::PrivateKey key;
  key.fill(0x4c);
  key.back() = 1;
  return key;
}

TEST(EvmKey, signs_what_another_library_signs) {
  const auto key = EvmKey::of(test_key());
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(key->address(), "0x66d7fCDA962D60FedA1737dC8765E5d85Ff6354f");
  FeeTransaction transaction{31337, 7, Uint256(1'500'000'000U), Uint256(30'000'000'000U), 98765, {}, {}};
  transaction.to = *parse_eth_address("0x166fd4299364B21c7567e163d85D78d2fb2f8Ad5");
  transaction.data = *from_hex("58666c04");
  transaction.data.resize(74, 0xab);
  const SignedTransaction long_one = key->sign(transaction);
  EXPECT_EQ(long_one.hash, "0x7fbdfe9a634c31dd0f3bbc1d9dfda200fd4a19aaf13bf23d2fa61e412949daa0");
  transaction.chain_id = 1;
  transaction.nonce = 0;
  transaction.tip = Uint256(0U);
  transaction.data.clear();
  const SignedTransaction short_one = key->sign(transaction);
  EXPECT_EQ(
      eth_data(short_one.raw),
      "0x02f8680180808506fc23ac00830181cd94166fd4299364b21c7567e163d85d78d2fb2f8ad58080c001a08341017d4cc804f3148faaf4"
      "f093dcc18dce15d734b13cddd12ba647fcd16525a05d642dc3fe15e8712d3141527b7d05ad6848c961962c87c2b2011712020fd063");
  EXPECT_EQ(short_one.hash, "0x425bcf5d1e11b1e864be0b78bde4aa79ee6a24d1c6e3c25acdfcf18a9c9e37d3");
}

RC_GTEST_PROP(EvmKey, a_signed_transaction_tells_its_content_and_signer, ()) {
  const auto key = EvmKey::of(test_key());
  RC_ASSERT(key.ok());
  FeeTransaction transaction;
  transaction.chain_id = *rc::gen::arbitrary<std::uint64_t>();
  transaction.nonce = *rc::gen::arbitrary<std::uint64_t>();
  transaction.tip = Uint256(*rc::gen::arbitrary<std::uint64_t>());
  transaction.fee_limit = Uint256(*rc::gen::arbitrary<std::uint64_t>()) * Uint256(1000U);
  transaction.gas_limit = *rc::gen::arbitrary<std::uint64_t>();
  transaction.to = *rc::gen::container<Bytes>(20, rc::gen::arbitrary<std::uint8_t>());
  transaction.data = *rc::gen::arbitrary<Bytes>();
  const auto read = read_transaction(key->sign(transaction).raw);
  RC_ASSERT(read.ok());
  RC_ASSERT(read->sender == key->address());
  RC_ASSERT(read->content.nonce == transaction.nonce && read->content.data == transaction.data);
  RC_ASSERT(key->sign(read->content).raw == key->sign(transaction).raw);
}

TEST(EvmKey, a_file_must_be_private_and_hold_a_key) {
  Scratch scratch;
  const std::string digits(64, '7');
  scratch.write("good", "0x" + digits + "\n", 0600);
  scratch.write("open", digits, 0640);
  scratch.write("short", "77", 0600);
  scratch.write("zero", std::string(64, '0'), 0600);
  scratch.write("large", std::string(64, 'f'), 0600);
  EXPECT_TRUE(EvmKey::load(scratch.path() / "good").ok());
  const auto refusal = [&](const char* name) {
    const auto key = EvmKey::load(scratch.path() / name);
    return key.ok() ? std::string("accepted") : key.error().text;
  };
  EXPECT_NE(refusal("open").find("chmod 600"), std::string::npos);
  EXPECT_NE(refusal("short").find("expected 64 hexadecimal digits"), std::string::npos);
  EXPECT_NE(refusal("zero").find("not a private key"), std::string::npos);
  EXPECT_NE(refusal("large").find("not a private key"), std::string::npos);
  EXPECT_NE(refusal("none").find("No such file"), std::string::npos);
}

// --- what is remembered of anchors

TEST(AnchorBook, reads_back_what_it_writes_and_nothing_else) {
  AnchorBook book;
  book.anchors.push_back({7, 30'000, R"({"a":"é"})", {{"0xaa", {1, 2}, Uint256(5U), Uint256(9U)}}, {}});
  book.anchors.push_back(
      {9, 1, "", {{"0xbb", {}, Uint256(1U), Uint256::max()}, {"0xcc", {3}, Uint256(2U), Uint256(3U)}}, 12});
  const auto again = AnchorBook::parse(book.text());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(*again, book);
  EXPECT_TRUE(book.waiting());
  EXPECT_EQ(book.next_nonce(3), 10U);
  EXPECT_EQ(book.next_nonce(30), 30U);
  std::swap(book.anchors[0], book.anchors[1]);
  for (const std::string& bad : {std::string("{}"), std::string("[1]"), std::string("["), book.text()})
    EXPECT_FALSE(AnchorBook::parse(bad).ok()) << bad;
}

}  // namespace
}  // namespace lastmile::real
