#include "real/rig/anvil.hpp"

#include <curl/curl.h>
#include <time.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <nlohmann/json.hpp>

#include "real/env/os_clock.hpp"
#include "real/rig/addresses.hpp"

namespace lastmile::real {
namespace {

using nlohmann::json;

// The first account of the words that every such chain starts with: it has ether, and its key is no secret.
constexpr const char* kRich = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
constexpr const char* kTenEther = "0x8ac7230489e80000";
constexpr const char* kGas = "0x200000";
constexpr std::size_t kReplyBytesMax = 1024 * 1024;

std::size_t take_reply(char* bytes, std::size_t, std::size_t count, void* to) {
  auto& reply = *static_cast<std::string*>(to);
  if (count > kReplyBytesMax - reply.size()) return 0;  // ends the transfer
  reply.append(bytes, count);
  return count;
}

// Empty: nobody answered.
std::optional<std::string> post_json(const std::string& url, const std::string& body, Duration deadline) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy(curl_easy_init(), &curl_easy_cleanup);
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(
      curl_slist_append(nullptr, "Content-Type: application/json"), &curl_slist_free_all);
  if (!easy || !headers) return std::nullopt;
  std::string reply;
  curl_easy_setopt(easy.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy.get(), CURLOPT_PROXY, "");
  curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDS, body.c_str());
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, &take_reply);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, static_cast<void*>(&reply));
  curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(deadline.ns / 1'000'000));
  if (curl_easy_perform(easy.get()) != CURLE_OK) return std::nullopt;
  return reply;
}

void wait_a_little() {
  const timespec length{0, 20'000'000};
  ::nanosleep(&length, nullptr);
}

}  // namespace

Result<Anvil> Anvil::start(const Options& options) {
  std::string hosts;
  for (const std::string& host : options.hosts) hosts += (hosts.empty() ? "" : ",") + host;
  const std::vector<std::string> command{options.program,
                                         "--host",
                                         hosts,
                                         "--port",
                                         std::to_string(options.port),
                                         "--chain-id",
                                         std::to_string(options.chain_id),
                                         "--no-mining",
                                         "--silent"};
  auto process = Child::start(command, options.log);
  if (!process.ok()) return process.error();
  Anvil chain(*std::move(process), "http://" + options.hosts.front() + ":" + std::to_string(options.port));
  const OsClock clock;
  const Instant until = clock.now() + kStartMax;
  while (!chain.height().ok()) {
    if (const auto status = chain.ended()) {
      return Error{options.program + " ended with exit status " + std::to_string(*status) + "; see " +
                   options.log.string()};
    }
    if (clock.now() > until) return Error{options.program + " does not answer as a chain"};
    wait_a_little();
  }
  if (auto deployed = chain.deploy(); !deployed.ok()) return deployed.error();
  return chain;
}

Result<Unit> Anvil::deploy() {
  const json creation{{"from", kRich}, {"gas", kGas}, {"data", "0x" + std::string(sync_contract_code())}};
  const auto sent = call("eth_sendTransaction", json::array({creation}));
  if (!sent.ok()) return sent.error();
  if (auto mined = mine(); !mined.ok()) return mined.error();
  const auto receipt = call("eth_getTransactionReceipt", json::array({*sent}));
  if (!receipt.ok()) return receipt.error();
  const auto address = receipt->is_object() ? receipt->find("contractAddress") : receipt->end();
  if (!receipt->is_object() || address == receipt->end() || !address->is_string())
    return Error{"the chain did not take the contract"};
  contract_ = address->get<std::string>();
  const auto reached = height();
  if (!reached.ok()) return reached.error();
  first_height_ = *reached;
  return Unit{};
}

Result<json> Anvil::call(const std::string& method, const json& parameters) {
  const json request{{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", parameters}};
  const auto reply = post_json(url_, request.dump(), kAnswerMax);
  if (!reply) return Error{"the chain does not answer: " + method};
  json answer = json::parse(*reply, nullptr, false);
  if (!answer.is_object() || !answer.contains("result")) return Error{method + ": " + reply->substr(0, 300)};
  return std::move(answer["result"]);
}

Result<std::uint64_t> Anvil::height() {
  const auto answer = call("eth_blockNumber", json::array());
  if (!answer.ok()) return answer.error();
  const std::string text = answer->is_string() ? answer->get<std::string>() : std::string();
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  if (!text.starts_with("0x") || std::from_chars(text.data() + 2, end, number, 16).ptr != end)
    return Error{"eth_blockNumber: expected a number, found " + answer->dump().substr(0, 100)};
  return number;
}

Result<Unit> Anvil::give_ether(const std::string& address) {
  const auto given = call("anvil_setBalance", json::array({address, kTenEther}));
  return given.ok() ? Result<Unit>(Unit{}) : given.error();
}

Result<Unit> Anvil::mine() {
  const auto mined = call("evm_mine", json::array());
  return mined.ok() ? Result<Unit>(Unit{}) : mined.error();
}

Result<std::uint64_t> Anvil::reorg(std::uint64_t depth) {
  const auto top = height();
  if (!top.ok()) return top.error();
  depth = std::min(depth, *top - std::min(*top, first_height_));
  if (depth == 0) return depth;
  if (const auto done = call("anvil_reorg", json::array({depth, json::array()})); !done.ok()) return done.error();
  if (const auto mined = mine(); !mined.ok()) return mined.error();
  return depth;
}

}  // namespace lastmile::real
