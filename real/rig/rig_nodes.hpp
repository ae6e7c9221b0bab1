// The node processes of a rig: their folders, lives and sockets.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "real/ops/admin_client.hpp"
#include "real/rig/child.hpp"
#include "real/rig/rig_chains.hpp"
#include "scenarios/engine/model/scenario.hpp"
#include "scenarios/engine/timeline/node_table.hpp"

namespace lastmile::real {

using scenario::Node;

// One node: a folder, a process when it is up, and two sockets to it (questions wait for their answer, publications do
// not).
struct RigNode {
  std::string name;
  std::string identity;
  std::filesystem::path folder;
  std::vector<std::string> peers;  // multiaddrs of the proxy, with their peer ids
  std::optional<Child> process;
  std::optional<AdminClient> questions;
  std::optional<AdminClient> publications;
  bool wanted = false;  // the timeline wants it up
  std::uint32_t lives = 0;

  std::filesystem::path trace_file() const { return folder / "trace"; }
  std::filesystem::path data() const { return folder / "data"; }
};

class RigNodes {
 public:
  struct Options {
    std::string program;           // lastmile-node
    std::filesystem::path folder;  // short: sockets live in it
    std::filesystem::path logs;    // one log per node
    std::uint16_t port = 0;
  };
  // Makes every data folder, key and configuration. Starts nothing.
  static Result<std::unique_ptr<RigNodes>> make(const scenario::Scenario& scenario, const scenario::NodeTable& table,
                                                const RigChains& chains, Options options);
  ~RigNodes();  // kills all

  std::uint32_t size() const { return static_cast<std::uint32_t>(nodes_.size()); }
  RigNode& operator[](Node node) { return nodes_[node]; }
  const RigNode& operator[](Node node) const { return nodes_[node]; }
  std::optional<Node> find_identity(const std::string& identity) const;

  Result<Unit> start(Node node);  // the process; its sockets come with connect()
  // Tries to reach the sockets of those that are starting. Error: a node that should be up has ended by itself.
  Result<Unit> connect();
  bool reachable(Node node) const;  // up, sockets open, not paused
  void crash(Node node, scenario::DiskFate disk);
  void pause(Node node);
  void resume(Node node);

 private:
  RigNodes(const scenario::Scenario& scenario, Options options) : scenario_(scenario), options_(std::move(options)) {}
  Result<Unit> make_folder(Node node);
  Result<Unit> write_settings(Node node, const std::string& chains);
  const scenario::Scenario& scenario_;
  Options options_;
  std::vector<RigNode> nodes_;
};

}  // namespace lastmile::real
