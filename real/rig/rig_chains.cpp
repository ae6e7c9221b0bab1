#include "real/rig/rig_chains.hpp"

#include <algorithm>

#include "core/base/bytes.hpp"
#include "core/base/check.hpp"
#include "core/crypto/chain.hpp"
#include "core/crypto/hash.hpp"
#include "real/chain/evm_key.hpp"
#include "real/env/posix_file.hpp"
#include "real/ops/quantity.hpp"
#include "real/rig/addresses.hpp"

namespace lastmile::real {

using scenario::Node;

namespace {

constexpr std::uint64_t kFirstChainId = 31337;            // one more for each chain
constexpr Duration kBlockTimeMin = milliseconds(1);       // as in the simulator
constexpr Duration kArchiveEveryMin = milliseconds(100);  // the node's own limit
constexpr Duration kQuestionMax = seconds(20);            // without a delay

// Tables are read in the order of their names, and trace events number chains in that order.
std::string table_of(std::uint32_t chain) { return "c" + std::to_string(chain / 10) + std::to_string(chain % 10); }

crypto::PrivateKey publisher_key(std::uint64_t seed, const std::string& chain, Node node) {
  const Hash256 digest =
      crypto::sha256("lastmile rig publisher " + std::to_string(seed) + " " + chain + " " + std::to_string(node));
  crypto::PrivateKey key{};
  std::copy(digest.bytes.begin(), digest.bytes.end(), key.begin());
  return key;
}

}  // namespace

Result<std::unique_ptr<RigChains>> RigChains::start(const scenario::Scenario& scenario,
                                                    const scenario::NodeTable& nodes, Proxy& proxy, Options options) {
  std::unique_ptr<RigChains> out(new RigChains(scenario, nodes.size(), proxy));
  for (std::uint32_t i = 0; i < scenario.world.chains.size(); ++i) {
    const scenario::ChainSpec& spec = scenario.world.chains[i];
    if (options.program.empty())
      return Error{"chain \"" + spec.name + "\" needs the program anvil, which was not found"};
    Anvil::Options how{options.program, {}, proxy.port(), kFirstChainId + i, options.logs / (spec.name + ".chain.log")};
    for (Node node = 0; node < nodes.size(); ++node)
      how.hosts.push_back(node_host(proxy.service(i * nodes.size() + node)));
    auto process = Anvil::start(how);
    if (!process.ok()) return Error{"chain \"" + spec.name + "\": " + process.error().text};
    RigChain chain{&spec,
                   *std::move(process),
                   Generator(substream(substream(scenario.seed, kRunScope, "chain"), kRunScope, spec.name)),
                   {},
                   std::vector<Line>(nodes.size()),
                   std::vector<std::string>(nodes.size()),
                   {}};
    chain.next = Instant{} + std::max(Duration{spec.block_time.draw(chain.draws)}, kBlockTimeMin);
    for (Node node = 0; node < nodes.size(); ++node) {
      const auto& of = nodes[node].chains;
      if (std::find(of.begin(), of.end(), i) == of.end()) continue;
      if (auto made = out->make_publisher(chain, node, options.folder); !made.ok()) return made.error();
    }
    out->chains_.push_back(std::move(chain));
  }
  return out;
}

Result<Unit> RigChains::make_publisher(RigChain& chain, Node node, const std::filesystem::path& folder) {
  const crypto::PrivateKey number = publisher_key(scenario_.seed, chain.spec->name, node);
  const auto key = EvmKey::of(number);
  if (!key.ok()) return key.error();
  const auto file = folder / (chain.spec->name + "-" + std::to_string(node) + ".key");
  if (auto written = write_file_durably(file, to_hex(number) + "\n", 0600); !written.ok()) return written.error();
  chain.key_files[node] = file.string();
  chain.publishers.push_back(key->address());
  return chain.process.give_ether(key->address());
}

// A look takes a few questions, one after another.
Duration RigChains::deadline() const {
  Duration longest;
  for (const scenario::Fault& fault : scenario_.faults) {
    if (const auto* chain = std::get_if<scenario::ChainFault>(&fault.body)) longest = longest + chain->delay;
  }
  return kQuestionMax + longest;
}

std::string RigChains::settings(Node node) const {
  std::string text;
  for (std::uint32_t i = 0; i < chains_.size(); ++i) {
    const RigChain& chain = chains_[i];
    text += "[chains." + table_of(i) + "]\n";
    text += "code = \"" + std::string(crypto::chain_text(chain.spec->code)) + "\"\n";
    text += "endpoints = [\"http://" + proxy_host(proxy_.service(i * nodes_ + node)) + ":" +
            std::to_string(proxy_.port()) + "\"]\n";
    text += "contract = \"" + chain.process.contract() + "\"\n";
    text += "start_height = " + std::to_string(chain.process.contract_height()) + "\n";
    text += "finality = " + std::to_string(chain.spec->finality_blocks) + "\n";
    text += "poll = \"" + duration_text(kPoll) + "\"\ndeadline = \"" + duration_text(deadline()) + "\"\n";
    text += "archive_every = \"" + duration_text(std::max(chain.spec->archive_every, kArchiveEveryMin)) + "\"\n";
    text += "emitters = [";
    for (const std::string& address : chain.publishers) text += "\"" + address + "\", ";
    text += "]\n";
    if (!chain.key_files[node].empty()) {
      text += "key_file = \"" + chain.key_files[node] + "\"\nchain_id = " + std::to_string(kFirstChainId + i) + "\n";
    }
  }
  return text;
}

Result<Unit> RigChains::advance(Instant now) {
  for (RigChain& chain : chains_) {
    if (chain.next > now) continue;
    if (auto mined = chain.process.mine(); !mined.ok())
      return Error{"chain \"" + chain.spec->name + "\": " + mined.error().text};
    // Blocks that are late are not made up for: a chain has no more of them at once either.
    chain.next = std::max(chain.next, now - seconds(1)) +
                 std::max(Duration{chain.spec->block_time.draw(chain.draws)}, kBlockTimeMin);
  }
  return Unit{};
}

std::uint32_t RigChains::find(const std::string& name) const {
  for (std::uint32_t i = 0; i < chains_.size(); ++i) {
    if (chains_[i].spec->name == name) return i;
  }
  LM_CHECK(false);  // the scenario was validated
}

// An outage says nothing and forgets nothing; a delay holds back what the chain says.
void RigChains::change(std::uint32_t chain, Node node) {
  const Line& line = chains_[chain].lines[node];
  PathState question, answer;
  question.stalled = answer.stalled = line.outages > 0;
  answer.latency = line.delay;
  proxy_.set_service(chain * nodes_ + node, question, answer);
}

Result<Unit> RigChains::begin(const scenario::ChainFault& fault, std::span<const Node> who) {
  const std::uint32_t chain = find(fault.chain);
  if (fault.mode == scenario::ChainTrouble::reorg) {
    const auto done = chains_[chain].process.reorg(fault.depth);
    return done.ok() ? Result<Unit>(Unit{}) : done.error();
  }
  for (const Node node : who) {
    Line& line = chains_[chain].lines[node];
    if (fault.mode == scenario::ChainTrouble::outage) ++line.outages;
    if (fault.mode == scenario::ChainTrouble::delay) line.delay = line.delay + fault.delay;
    change(chain, node);
  }
  return Unit{};
}

void RigChains::end(const scenario::ChainFault& fault, std::span<const Node> who) {
  if (fault.mode == scenario::ChainTrouble::reorg) return;
  const std::uint32_t chain = find(fault.chain);
  for (const Node node : who) {
    Line& line = chains_[chain].lines[node];
    if (fault.mode == scenario::ChainTrouble::outage) --line.outages;
    if (fault.mode == scenario::ChainTrouble::delay) line.delay = line.delay - fault.delay;
    change(chain, node);
  }
}

}  // namespace lastmile::real
