#include "real/chain/evm_queries.hpp"

#include <algorithm>

#include "core/chain/ethereum_abi.hpp"

namespace lastmile::real {
namespace {

std::string spell(const EthHeader& header) {
  return std::to_string(header.number) + " " + header.hash + " " + header.parent + " " + std::to_string(header.time);
}

std::string spell(const std::vector<EthLog>& logs) {
  std::string all;
  for (const EthLog& log : logs) {
    all += std::to_string(log.block) + " " + log.block_hash + " " + std::to_string(log.index) + " " + log.transaction;
    for (const std::string& topic : log.topics) all += " " + topic;
    all += " " + to_hex(log.data) + "\n";
  }
  return all;
}

std::string topics_text() {
  const auto topic = [](std::string_view signature) { return "\"0x" + chain::event_topic(signature).hex() + "\""; };
  return "[[" + topic(chain::kSyncEventSignature) + "," + topic(chain::kMessageEventSignature) + "]]";
}

RpcQuestion logs_question(const std::string& where, std::string_view contract,
                          std::function<bool(const EthLog&)> belongs) {
  RpcQuestion question;
  question.call = {"eth_getLogs",
                   "[{" + where + R"(,"address":")" + std::string(contract) + R"(","topics":)" + topics_text() + "}]"};
  question.read = [belongs = std::move(belongs)](std::string_view json) -> Result<std::string> {
    const auto logs = parse_eth_logs(json);
    if (!logs.ok()) return logs.error();
    if (!std::all_of(logs->begin(), logs->end(), belongs)) return Error{"an event that was not asked for"};
    return spell(*logs);
  };
  return question;
}

template <class T>
RpcQuestion number_question(std::string method, std::string params, Result<T> (*parse)(std::string_view)) {
  return {{std::move(method), std::move(params)},
          [parse](std::string_view json) -> Result<std::string> {
            const auto number = parse(json);
            if (!number.ok()) return number.error();
            return eth_quantity(*number);
          },
          false};
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

}  // namespace

RpcQuestion ask_tagged_header(std::string_view tag) {
  return {{"eth_getBlockByNumber", "[\"" + std::string(tag) + "\",false]"},
          [](std::string_view json) -> Result<std::string> {
            const auto header = parse_eth_header(json);
            if (!header.ok()) return header.error();
            return *header ? spell(**header) : std::string("none");
          },
          tag != "latest"};  // many a chain has no finality to tell of
}

RpcQuestion ask_header(std::uint64_t height) {
  return {{"eth_getBlockByNumber", "[\"" + eth_quantity(height) + "\",false]"},
          [height](std::string_view json) -> Result<std::string> {
            const auto header = parse_eth_header(json);
            if (!header.ok()) return header.error();
            if (!*header) return std::string("none");
            if ((*header)->number != height) return Error{"a block of another height"};
            return spell(**header);
          },
          false};
}

RpcQuestion ask_logs_of(const EthHeader& block, std::string_view contract) {
  return logs_question(R"("blockHash":")" + block.hash + "\"", contract,
                       [block, address = lower_case(contract)](const EthLog& log) {
                         return log.address == address && log.block_hash == block.hash && log.block == block.number;
                       });
}

RpcQuestion ask_logs(std::uint64_t from, std::uint64_t to, std::string_view contract) {
  return logs_question(R"("fromBlock":")" + eth_quantity(from) + R"(","toBlock":")" + eth_quantity(to) + "\"", contract,
                       [from, to, address = lower_case(contract)](const EthLog& log) {
                         return log.address == address && log.block >= from && log.block <= to;
                       });
}

RpcQuestion ask_balance(std::string_view token, ByteView address, const std::string& block) {
  Bytes data(chain::function_selector("balanceOf(address)").size() + sizeof(Hash256) - address.size());
  const auto selector = chain::function_selector("balanceOf(address)");
  std::copy(selector.begin(), selector.end(), data.begin());
  append(data, address);
  return number_question<Uint256>(
      "eth_call", R"([{"to":")" + std::string(token) + R"(","data":")" + eth_data(data) + R"("},")" + block + "\"]",
      &parse_eth_word);
}

RpcQuestion ask_chain_id() { return number_question<std::uint64_t>("eth_chainId", "[]", &parse_eth_quantity); }

RpcQuestion ask_nonce(std::string_view address) {
  return number_question<std::uint64_t>("eth_getTransactionCount", "[\"" + std::string(address) + "\",\"latest\"]",
                                        &parse_eth_quantity);
}

RpcQuestion ask_fees() {
  return {{"eth_feeHistory", R"(["0x5","latest",[25]])"},
          [](std::string_view json) -> Result<std::string> {
            const auto fees = parse_eth_fees(json);
            if (!fees.ok()) return fees.error();
            return eth_quantity(fees->base) + " " + eth_quantity(fees->tip);
          },
          false};
}

RpcQuestion ask_gas(std::string_view from, std::string_view to, ByteView data) {
  return number_question<std::uint64_t>("eth_estimateGas",
                                        R"([{"from":")" + std::string(from) + R"(","to":")" + std::string(to) +
                                            R"(","data":")" + eth_data(data) + R"("}])",
                                        &parse_eth_quantity);
}

RpcQuestion ask_receipt(std::string_view transaction) {
  return {{"eth_getTransactionReceipt", "[\"" + std::string(transaction) + "\"]"},
          [](std::string_view json) -> Result<std::string> {
            const auto receipt = parse_eth_receipt(json);
            if (!receipt.ok()) return receipt.error();
            return *receipt ? std::to_string((*receipt)->block) : std::string("none");
          },
          false};
}

RpcQuestion ask_send(ByteView raw) {
  return {{"eth_sendRawTransaction", "[\"" + eth_data(raw) + "\"]"},
          [](std::string_view json) { return parse_eth_hash(json); },
          true};
}

}  // namespace lastmile::real
