// The inside of Daemon, shared by daemon.cpp and daemon_commands.cpp.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/node/core_node.hpp"
#include "real/chain/curl_poster.hpp"
#include "real/chain/evm_gateway.hpp"
#include "real/env/data_dir.hpp"
#include "real/env/loop.hpp"
#include "real/env/os_clock.hpp"
#include "real/env/os_random.hpp"
#include "real/env/os_timers.hpp"
#include "real/env/rocks_disk.hpp"
#include "real/env/thread_pool_executor.hpp"
#include "real/http/block_source.hpp"
#include "real/http/service.hpp"
#include "real/ipfs/ipfs_service.hpp"
#include "real/ops/admin_server.hpp"
#include "real/ops/daemon.hpp"
#include "real/ops/disk_watch.hpp"
#include "real/ops/maintenance.hpp"
#include "real/ops/node_metrics.hpp"
#include "real/ops/peer_lists.hpp"
#include "real/ops/signals.hpp"
#include "real/ops/trace_file.hpp"
#include "real/p2p/p2p_network.hpp"
#include "real/storage/storage.hpp"

namespace lastmile::real {

// What a question about many messages names; empty where a text is no hash.
using Hashes = std::vector<std::optional<message::ItemHash>>;

// Members die in reverse order: the node before what it stands on, jobs that read snapshots before the disk, the lock
// last.
struct Daemon::State {
  State(Settings wanted, DataDir folder, std::string program_version)
      : settings(std::move(wanted)), data(std::move(folder)), version(std::move(program_version)) {}

  // daemon_chains.cpp
  std::optional<DaemonFailure> open_chains();
  void add_chain_commands();
  // daemon_operations.cpp
  void add_operator_commands();
  void add_peer_commands();
  void start_watching();
  void look_around();  // at the disk, for the service manager
  void look_at_disk();
  Storage storage() const { return {disk->base(), data.path(), node->config().store}; }
  // A piece of long work; with_blobs: no blob is removed meanwhile.
  void maintain(std::string name, bool with_blobs, Maintenance::Work work, AdminServer::Reply reply);
  // What SIGHUP may change, of settings read anew; names what needs a restart.
  void reload();
  std::string status_line() const;

  // daemon_commands.cpp
  void add_commands();
  void ask_about(const AdminServer::Json& request, AdminServer::Reply reply,
                 Callback<Result<AdminServer::Json>(const store::View&, const Hashes&)> read);
  std::optional<Error> open_http();
  // Stops intake, waits for receipts, ends the loop. Again: no effect.
  void begin_stop(std::string why);
  void end_when_drained();

  trace::Sink& sink() { return *counting; }
  void add_metrics();
  void add_ipfs_metrics();  // daemon_ipfs.cpp

  Settings settings;  // SIGHUP changes some
  ReadAgain read_again;
  DataDir data;
  const std::string version;
  Loop loop;
  OsClock clock;
  Instant started;
  Wall started_wall;
  std::unique_ptr<TraceFile> trace_file;
  Metrics metrics;
  std::unique_ptr<CountingSink> counting;
  std::unique_ptr<OsRandom> random;
  std::unique_ptr<OsTimers> timers;
  std::unique_ptr<RocksDisk> disk;
  std::unique_ptr<ThreadPoolExecutor> executor;
  std::unique_ptr<p2p::P2pNetwork> network;
  std::unique_ptr<CurlPoster> poster;  // null: no chains
  std::unique_ptr<EvmGateway> chains;  // null: likewise
  std::unique_ptr<node::CoreNode> node;
  std::unique_ptr<NodeHoldings> holdings;
  std::unique_ptr<IpfsService> ipfs;
  std::unique_ptr<http::BlockSource> served_blocks;
  std::unique_ptr<Maintenance> maintenance;
  std::unique_ptr<AdminServer> admin;
  std::unique_ptr<http::Service> http;  // null: not wanted
  std::unique_ptr<Signals> signals;
  std::size_t receipts_owed = 0;   // messages handed in and not answered
  std::optional<Instant> stop_by;  // when stopping: no later than this
  PeerLists peer_lists;
  DiskState disk_state = DiskState::enough;
  std::uint64_t disk_free_bytes = 0;
  std::optional<Instant> disk_due;  // when to look at it again
  int exit_code = kExitOk;
};

}  // namespace lastmile::real
