#include "real/rig/rig_nodes.hpp"

#include <nlohmann/json.hpp>
#include <system_error>

#include "core/base/present.hpp"
#include "real/env/posix_file.hpp"
#include "real/ops/daemon.hpp"
#include "real/ops/keystore.hpp"
#include "real/ops/quantity.hpp"
#include "real/rig/addresses.hpp"
#include "scenarios/engine/model/parameters.hpp"
#include "scenarios/engine/overlay/first_overlay.hpp"

namespace lastmile::real {
namespace {

constexpr std::size_t kLogTailBytes = 2000;

std::filesystem::path socket_of(const RigNode& node) { return node.folder / "admin.sock"; }

// The end of a node's log, for the text of an error.
std::string log_tail(const std::filesystem::path& path) {
  const auto text = read_file(path, 64 * 1024 * 1024);
  if (!text.ok()) return {};
  return text->size() > kLogTailBytes ? text->substr(text->size() - kLogTailBytes) : *text;
}

}  // namespace

Result<std::unique_ptr<RigNodes>> RigNodes::make(const scenario::Scenario& scenario, const scenario::NodeTable& table,
                                                 const RigChains& chains, Options options) {
  std::unique_ptr<RigNodes> out(new RigNodes(scenario, std::move(options)));
  std::error_code code;
  std::filesystem::create_directories(out->options_.logs, code);
  if (code) return Error{"cannot make " + out->options_.logs.string() + ": " + code.message()};
  for (Node node = 0; node < table.size(); ++node) {
    RigNode& made = out->nodes_.emplace_back();
    made.name = table[node].name;
    made.folder = out->options_.folder / std::to_string(node);
    std::filesystem::create_directories(made.folder, code);
    if (code) return Error{"cannot make " + made.folder.string() + ": " + code.message()};
    if (auto ok = out->make_folder(node); !ok.ok()) return std::move(ok).error();
  }
  std::vector<std::uint32_t> regions;
  for (Node node = 0; node < table.size(); ++node) regions.push_back(table[node].region);
  const auto overlay = scenario::first_overlay(scenario.world.topology, regions, scenario.seed);
  if (!overlay.ok()) return overlay.error();
  for (Node node = 0; node < out->size(); ++node) {
    for (const Node other : scenario::dials(*overlay, node)) {
      out->nodes_[node].peers.push_back(multiaddr_of(proxy_host(other), out->options_.port) + "/p2p/" +
                                        out->nodes_[other].identity);
    }
    if (auto ok = out->write_settings(node, chains.settings(node)); !ok.ok()) return std::move(ok).error();
  }
  return out;
}

RigNodes::~RigNodes() {
  for (RigNode& node : nodes_) {
    if (node.process) node.process->kill();
  }
}

// A data folder as `lastmile-node init` makes it. A node that lost its disk keeps its key, as an operator who restores
// it would.
Result<Unit> RigNodes::make_folder(Node node) {
  RigNode& rig_node = nodes_[node];
  if (auto made = init_node(rig_node.data()); !made.ok()) return Error{made.error().text};
  const std::filesystem::path kept = rig_node.folder / "node.key";
  const std::filesystem::path used = rig_node.data() / "keys" / "node.key";
  std::error_code code;
  if (std::filesystem::exists(kept)) {
    std::filesystem::copy_file(kept, used, std::filesystem::copy_options::overwrite_existing, code);
  } else {
    std::filesystem::copy_file(used, kept, code);
  }
  if (code) return Error{"cannot copy the key of " + rig_node.name + ": " + code.message()};
  const auto key = NodeKey::load(rig_node.data() / "keys");
  if (!key.ok()) return key.error();
  rig_node.identity = key->identity();
  return Unit{};
}

// The operator's file, nothing else: a node of the rig has no way to know that it is one.
Result<Unit> RigNodes::write_settings(Node node, const std::string& chains) {
  const RigNode& rig_node = nodes_[node];
  const auto flag = [](bool on) { return on ? "true" : "false"; };
  std::string text = "[p2p]\n";
  text += "listen = [\"" + multiaddr_of(node_host(node), options_.port) + "\"]\n";
  text += "announce = [\"" + multiaddr_of(proxy_host(node), options_.port) + "\"]\n";
  text += "source_address = \"" + node_host(node) + "\"\npeers = [";
  for (const std::string& peer : rig_node.peers) text += "\"" + peer + "\", ";
  const scenario::Roads& roads = scenario_.world.roads;
  text +=
      "]\n[roads]\ngossip = " + std::string(flag(roads.gossip)) + "\nreconciliation = " + flag(roads.reconciliation);
  text += "\nchain = " + std::string(flag(roads.chain));
  text += "\ncontent_store = " + std::string(flag(roads.content_store)) + "\n";
  text += "[economy]\ncharge = " + std::string(flag(scenario_.economy.has_value())) + "\n";
  text += "[storage]\nblock_cache = \"16MiB\"\nwrite_buffer = \"8MiB\"\n[node]\nthreads = 2\n";
  text += "[admin]\nsocket = \"" + socket_of(rig_node).string() + "\"\n";
  text += "[trace]\nfile = \"" + rig_node.trace_file().string() + "\"\n";
  // Names of parameters are those of the settings; sections may be opened once only, so they are written dotted.
  std::string head;
  for (const scenario::Parameter& parameter : scenario_.world.parameters) {
    for (const scenario::ParameterInfo& info : scenario::all_parameters()) {
      if (info.name != parameter.name) continue;
      const std::string number = std::to_string(parameter.value);
      head += parameter.name + " = ";
      if (info.kind == scenario::ParameterKind::duration) head += "\"" + duration_text({parameter.value}) + "\"\n";
      if (info.kind == scenario::ParameterKind::bytes) head += "\"" + number + "B\"\n";
      if (info.kind == scenario::ParameterKind::count) head += number + "\n";
    }
  }
  for (const message::SwitchPoint& point : message::all_switches()) {
    head += "switches." + std::string(point.name) + " = \"" +
            std::string(message::behaviour_text(scenario_.world.switches.*point.member)) + "\"\n";
  }
  return write_file_durably(rig_node.folder / "node.toml", head + text + chains);
}

std::optional<Node> RigNodes::find_identity(const std::string& identity) const {
  for (Node node = 0; node < size(); ++node) {
    if (nodes_[node].identity == identity) return node;
  }
  return std::nullopt;
}

Result<Unit> RigNodes::start(Node node) {
  RigNode& rig_node = nodes_[node];
  const std::vector<std::string> command{options_.program, "run",
                                         "--data",         rig_node.data().string(),
                                         "--config",       (rig_node.folder / "node.toml").string()};
  auto child = Child::start(command, options_.logs / (rig_node.name + ".log"));
  if (!child.ok()) return child.error();
  rig_node.process.emplace(*std::move(child));
  rig_node.wanted = true;
  ++rig_node.lives;
  return Unit{};
}

Result<Unit> RigNodes::connect() {
  for (RigNode& node : nodes_) {
    if (!node.wanted || (node.questions && node.publications)) continue;
    Child& process = present(node.process);
    if (!process.running()) {
      return Error{node.name + " ended by itself with exit status " + std::to_string(present(process.status())) + "\n" +
                   log_tail(options_.logs / (node.name + ".log"))};
    }
    for (auto* client : {&node.questions, &node.publications}) {
      auto connected = AdminClient::connect(socket_of(node));
      if (!connected.ok()) break;  // not yet
      client->emplace(*std::move(connected));
    }
    if (!node.publications) node.questions.reset();
  }
  return Unit{};
}

bool RigNodes::reachable(Node node) const {
  const RigNode& rig_node = nodes_[node];
  return rig_node.questions.has_value() && rig_node.process.has_value() && !rig_node.process->paused();
}

void RigNodes::crash(Node node, scenario::DiskFate disk) {
  RigNode& rig_node = nodes_[node];
  if (rig_node.process) rig_node.process->kill();
  rig_node.process.reset();
  rig_node.questions.reset();
  rig_node.publications.reset();
  rig_node.wanted = false;
  std::error_code ignored;
  std::filesystem::remove(socket_of(rig_node), ignored);  // connect() must not meet the dead one's
  if (disk == scenario::DiskFate::lost) {
    std::filesystem::remove_all(rig_node.data(), ignored);
    const auto made = make_folder(node);
    LM_CHECK(made.ok());  // it worked before with the same paths
  }
}

void RigNodes::pause(Node node) {
  if (auto& process = nodes_[node].process) process->pause();
}
void RigNodes::resume(Node node) {
  if (auto& process = nodes_[node].process) process->resume();
}

}  // namespace lastmile::real
