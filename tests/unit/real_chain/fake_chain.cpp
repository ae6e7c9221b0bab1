#include "tests/unit/real_chain/fake_chain.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/chain/ethereum_abi.hpp"
#include "core/crypto/hash.hpp"
#include "core/crypto/keccak.hpp"
#include "real/chain/eth_json.hpp"
#include "real/chain/evm_key.hpp"

namespace lastmile::real::test {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kGenesisTime = 1'700'000'000;
constexpr std::string_view kPublisher = "0x23eC28598DCeB2f7082Cc3a9D670592DfEd6e0dC";

std::string hash_text(const std::string& of) { return "0x" + crypto::sha256(of).hex(); }
std::string number_text(std::uint64_t number) { return eth_quantity(number); }
std::uint64_t number_in(const Json& text) { return std::stoull(text.get<std::string>().substr(2), nullptr, 16); }
std::string error_text(int code, const std::string& message) {
  return Json{{"error", {{"code", code}, {"message", message}}}}.dump();
}
std::string result_text(const Json& result) { return Json{{"result", result}}.dump(); }

}  // namespace

void FakeChain::grow(std::size_t count, std::vector<std::string> payloads) {
  for (std::size_t i = 0; i < count; ++i) {
    FakeBlock block;
    block.number = blocks_.size();
    block.parent = blocks_.empty() ? hash_text("before") : blocks_.back().hash;
    block.payloads = i + 1 == count ? std::move(payloads) : std::vector<std::string>{};
    for (bool found = mines; found;) {
      // Of one nonce the one that pays most.
      found = false;
      const std::uint64_t next = nonce() + block.transactions.size();
      const FakeTransaction* best = nullptr;
      for (const FakeTransaction& one : pool) {
        if (one.nonce == next && (best == nullptr || std::stoull(one.fee) > std::stoull(best->fee))) best = &one;
      }
      if (best == nullptr) break;
      block.transactions.push_back(*best);
      block.payloads.push_back(best->payload);
      std::erase_if(pool, [&](const FakeTransaction& one) { return one.nonce == next; });
      found = true;
    }
    std::string content = block.parent + std::to_string(branches_);
    for (const std::string& payload : block.payloads) content += payload;
    block.hash = hash_text(content);
    blocks_.push_back(std::move(block));
  }
}

void FakeChain::drop(std::size_t count) {
  ++branches_;
  for (; count > 0 && blocks_.size() > 1; --count) {
    for (const FakeTransaction& one : blocks_.back().transactions) pool.push_back(one);
    blocks_.pop_back();
  }
}

std::uint64_t FakeChain::nonce() const {
  std::uint64_t count = 0;
  for (const FakeBlock& block : blocks_) count += block.transactions.size();
  return count;
}

std::string FakeChain::header_json(std::uint64_t number, const Lies& lies) const {
  if (lies.shifts && number > 0) --number;
  if (number >= blocks_.size() || number + lies.lags > head()) return result_text(nullptr);
  const FakeBlock& block = blocks_[number];
  const auto spelled = [&](const std::string& hash) { return lies.invents ? hash_text(hash) : hash; };
  return result_text({{"number", number_text(number)},
                      {"hash", spelled(block.hash)},
                      {"parentHash", spelled(block.parent)},
                      {"timestamp", number_text(kGenesisTime + 12 * number)}});
}

std::string FakeChain::logs_json(std::uint64_t from, std::uint64_t to, const Lies& lies) const {
  Json logs = Json::array();
  for (std::uint64_t number = from; number <= to && number < blocks_.size(); ++number) {
    if (number + lies.lags > head()) break;
    const FakeBlock& block = blocks_[number];
    for (std::size_t i = 0; i < block.payloads.size(); ++i) {
      const auto data =
          chain::encode_log(chain::SyncLog{kGenesisTime + 12 * number, std::string(kPublisher), block.payloads[i]});
      logs.push_back({{"address", kContract},
                      {"topics", {"0x" + chain::event_topic(chain::kSyncEventSignature).hex()}},
                      {"data", eth_data(*data)},
                      {"blockNumber", number_text(number)},
                      {"blockHash", lies.invents ? hash_text(block.hash) : block.hash},
                      {"transactionHash", hash_text(block.hash + std::to_string(i))},
                      {"logIndex", number_text(i)},
                      {"removed", false}});
    }
  }
  if (lies.omits) logs = Json::array();
  if (lies.repeats && !logs.empty()) logs.push_back(logs.front());
  if (lies.reverses) std::reverse(logs.begin(), logs.end());
  return result_text(logs);
}

std::string FakeChain::send(const std::string& raw) {
  const auto bytes = from_hex(raw.substr(2));
  const auto read = read_transaction(*bytes);
  if (!read.ok()) return error_text(-32602, read.error().text);
  const auto payload = chain::decode_do_emit(read->content.data);
  if (read->content.chain_id != kChainId || !payload.ok()) return error_text(-32602, "invalid transaction");
  FakeTransaction one{"0x" + crypto::keccak256(*bytes).hex(), read->content.nonce, read->content.fee_limit.text(),
                      read->sender, *payload};
  heard.push_back(one);
  if (one.nonce < nonce()) return error_text(-32000, "nonce too low");
  for (const FakeTransaction& other : pool) {
    if (other.hash == one.hash) return error_text(-32000, "already known");
    if (other.nonce == one.nonce && std::stoull(one.fee) < std::stoull(other.fee) + std::stoull(other.fee) / 10)
      return error_text(-32000, "replacement transaction underpriced");
  }
  std::erase_if(pool, [&](const FakeTransaction& other) { return other.nonce == one.nonce; });
  pool.push_back(one);
  return result_text(one.hash);
}

std::string FakeChain::answer(const std::string& method, const std::string& text, const Lies& lies) {
  const Json params = Json::parse(text);
  if (lies.limited) return error_text(-32005, "rate limit exceeded");
  if (method == "eth_getBlockByNumber") {
    const std::uint64_t seen = head() >= lies.lags ? head() - lies.lags : 0;
    if (params[0] == "latest") return header_json(seen, lies);
    if (params[0] == "finalized") return header_json(std::min(final(), seen), lies);
    return header_json(number_in(params[0]), lies);
  }
  if (method == "eth_getLogs") {
    const Json& filter = params[0];
    if (filter.contains("blockHash")) {
      for (const FakeBlock& block : blocks_) {
        const std::string hash = lies.invents ? hash_text(block.hash) : block.hash;
        if (hash == filter["blockHash"] && block.number + lies.lags <= head())
          return logs_json(block.number, block.number, lies);
      }
      return error_text(-32000, "unknown block");
    }
    const std::uint64_t from = number_in(filter["fromBlock"]);
    const std::uint64_t to = number_in(filter["toBlock"]);
    if (lies.span > 0 && to - from >= lies.span) return error_text(-32005, "query returned more than 10000 results");
    return logs_json(from, to, lies);
  }
  if (method == "eth_chainId") return result_text(number_text(kChainId));
  if (method == "eth_getTransactionCount") return result_text(number_text(nonce() + lies.counts_ahead));
  if (method == "eth_estimateGas") return result_text(number_text(gas));
  if (method == "eth_feeHistory") {
    return result_text({{"baseFeePerGas", {number_text(base_fee), number_text(base_fee)}},
                        {"reward", {{number_text(1'000'000'000)}}}});
  }
  if (method == "eth_getTransactionReceipt") {
    for (const FakeBlock& block : blocks_) {
      for (const FakeTransaction& one : block.transactions) {
        if (one.hash == params[0]) return result_text({{"blockNumber", number_text(block.number)}, {"status", "0x1"}});
      }
    }
    return result_text(nullptr);
  }
  if (method == "eth_call") return result_text("0x" + std::string(60, '0') + "04d2");
  if (method == "eth_sendRawTransaction")
    return lies.refuses ? error_text(-32000, "insufficient funds for gas") : send(params[0]);
  return error_text(-32601, "the method does not exist");
}

void FakeEndpoints::post(HttpRequest request, env::Done<HttpReply> done) {
  ++requests[request.url];
  const Lies& lie = lies[request.url];
  if (lie.silent) {
    time_.after(request.deadline, [done = std::move(done)]() mutable { done(Error{"Timeout was reached"}); });
    return;
  }
  // Asked now, answered later.
  HttpReply reply{lie.status, {}};
  const Json body = Json::parse(request.body);
  if (lie.garbage) {
    reply.body = "<html>\xff";
  } else if (lie.status == 200 && body.is_array() && body.size() > lie.batch) {
    reply.body = R"({"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"batch too large"}})";
  } else if (lie.status == 200) {
    Json answers = Json::array();
    for (const Json& call : body.is_array() ? body : Json::array({body})) {
      ++calls;
      Json answer = Json::parse(chain_.answer(call["method"], call["params"].dump(), lie));
      answer["id"] = call["id"];
      answers.push_back(std::move(answer));
    }
    std::reverse(answers.begin(), answers.end());  // any order is allowed
    reply.body = body.is_array() ? answers.dump() : answers.front().dump();
  }
  time_.after(milliseconds(5),
              [done = std::move(done), reply = std::move(reply)]() mutable { done(std::move(reply)); });
}

}  // namespace lastmile::real::test
