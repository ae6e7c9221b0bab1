#include "real/ops/daemon.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <csignal>

#include "core/base/present.hpp"
#include "real/ops/daemon_state.hpp"
#include "real/ops/keystore.hpp"
#include "real/ops/notify.hpp"
#include "real/p2p/author.hpp"
#include "real/storage/file_system.hpp"
#include "real/storage/schema.hpp"

namespace lastmile::real {
namespace {

constexpr Duration kDrainLook = milliseconds(10);

}  // namespace

DaemonFailure failure_of(const DataDirError& error) {
  switch (error.kind) {
    case DataDirError::Kind::locked:
      return {kExitLocked, error.text};
    case DataDirError::Kind::migration:
      return {kExitMigration, error.text};
    case DataDirError::Kind::missing:
    case DataDirError::Kind::not_ours:
      return {kExitUsage, error.text};
    case DataDirError::Kind::io:
      break;
  }
  return {kExitFailed, error.text};
}

namespace {

std::vector<p2p::Multiaddr> addresses_of(const std::vector<std::string>& texts) {
  std::vector<p2p::Multiaddr> out;
  out.reserve(texts.size());
  for (const std::string& text : texts) out.push_back(p2p::Multiaddr::parse(text).value());  // the settings are checked
  return out;
}

p2p::P2pOptions p2p_options(const Settings& settings, const NodeKey& key, const std::string& version) {
  p2p::P2pOptions out;
  out.identity = key.p2p_key();
  out.listen = addresses_of(settings.listen);
  out.announce = addresses_of(settings.announce);
  out.source_address = settings.source_address;
  out.agent = "lastmile/" + version;
  out.early_muxer = settings.early_muxer;
  out.limits = settings.network;
  return out;
}

std::string joined(const std::vector<p2p::Multiaddr>& addresses) {
  std::string out;
  for (const auto& each : addresses) out += (out.empty() ? "" : ", ") + each.text();
  return out.empty() ? "nothing" : out;
}

// What speaks against keeping a database there.
std::optional<DaemonFailure> wrong_place(const std::filesystem::path& data, const Settings& settings) {
  const auto room = room_of(data);
  if (!room.ok()) return DaemonFailure{kExitFailed, room.error().text};
  const std::string_view name = network_file_system(room->magic);
  if (name.empty()) return std::nullopt;
  const std::string text =
      data.string() + " lies on " + std::string(name) + ", where a lock or a sync need not mean what a database needs";
  if (!settings.network_file_system) {
    return DaemonFailure{kExitUsage, text + "; storage.network_file_system = true starts all the same"};
  }
  spdlog::warn("{}", text);
  return std::nullopt;
}

}  // namespace

Result<Unit, DaemonFailure> init_node(const std::filesystem::path& data) {
  if (auto made = DataDir::init(data); !made.ok()) return failure_of(made.error());
  if (auto key = NodeKey::create(data / "keys"); !key.ok()) return DaemonFailure{kExitFailed, key.error().text};
  const auto written = write_file_durably(data / "node.toml", default_settings_file());
  if (!written.ok()) return DaemonFailure{kExitFailed, written.error().text};
  return Unit{};
}

Daemon::Daemon(std::unique_ptr<State> state) : state_(std::move(state)) {}
Daemon::~Daemon() = default;

Result<std::unique_ptr<Daemon>, DaemonFailure> Daemon::start(const std::filesystem::path& path,
                                                             const Settings& settings, std::string version,
                                                             ReadAgain read_again) {
  auto data = DataDir::open(path);
  if (!data.ok()) return failure_of(data.error());
  const auto key = NodeKey::load(data->keys());
  if (!key.ok()) return DaemonFailure{kExitUsage, key.error().text};  // starting again would not help

  if (auto wrong = wrong_place(path, settings)) return *std::move(wrong);
  auto peer_lists = PeerLists::load(path);
  if (!peer_lists.ok()) return DaemonFailure{kExitFailed, peer_lists.error().text};

  auto state = std::make_unique<State>(settings, *std::move(data), std::move(version));
  state->read_again = std::move(read_again);
  state->peer_lists = *std::move(peer_lists);
  state->started = state->clock.now();
  state->started_wall = state->clock.wall();
  if (!settings.trace_file.empty()) {
    auto trace = TraceFile::open(settings.trace_file, key->identity());
    if (!trace.ok()) return DaemonFailure{kExitFailed, trace.error().text};
    state->trace_file = *std::move(trace);
  }
  state->counting = std::make_unique<CountingSink>(
      state->metrics, state->trace_file ? static_cast<trace::Sink&>(*state->trace_file) : trace::null_sink());
  state->random = std::make_unique<OsRandom>(settings.random_seed);
  state->timers = std::make_unique<OsTimers>(state->loop);
  RocksDiskOptions disk_options;
  disk_options.database = state->data.database();
  disk_options.blobs = state->data.blobs();
  disk_options.block_cache_bytes = settings.block_cache_bytes;
  disk_options.write_buffer_bytes = settings.write_buffer_bytes;
  disk_options.open_files_max = settings.open_files_max;
  auto disk = RocksDisk::open(state->loop, disk_options);
  if (!disk.ok()) return DaemonFailure{kExitFailed, disk.error().text};
  state->disk = *std::move(disk);
  if (auto settled = settle_schema(*state->disk->base(), path); !settled.ok()) return failure_of(settled.error());
  state->executor = std::make_unique<ThreadPoolExecutor>(state->loop, settings.threads);

  auto network = p2p::P2pNetwork::open(state->loop, p2p_options(settings, *key, state->version));
  if (!network.ok()) return DaemonFailure{kExitFailed, network.error().text};
  state->network = *std::move(network);

  if (auto failure = state->open_chains()) return *std::move(failure);
  node::NodeConfig config = node_config(settings);
  config.head_signer = key->account();
  auto author = p2p::Author::open(key->p2p_key(), state->data.keys() / "gossip_seqno");
  if (!author.ok()) return DaemonFailure{kExitFailed, author.error().text};
  config.authorship = *author;
  auto node = node::CoreNode::open(state->clock, *state->timers, *state->network, *state->disk, *state->random,
                                   *state->executor, state->chains.get(), state->sink(), std::move(config));
  if (!node.ok()) return DaemonFailure{kExitFailed, "the database cannot be used: " + node.error().text};
  state->node = *std::move(node);

  state->holdings = std::make_unique<NodeHoldings>(*state->node);
  auto ipfs = IpfsService::open(
      {state->clock, *state->timers, *state->disk, *state->random, *state->executor, *state->network, *state->holdings},
      path / "ipfs" / "partial", state->data.blobs());
  if (!ipfs.ok()) return DaemonFailure{kExitFailed, ipfs.error().text};
  state->ipfs = *std::move(ipfs);

  const std::filesystem::path socket =
      settings.admin_socket.empty() ? state->data.path() / "admin.sock" : std::filesystem::path(settings.admin_socket);
  auto admin = AdminServer::open(state->loop, socket);
  if (!admin.ok()) return DaemonFailure{kExitFailed, admin.error().text};
  state->admin = *std::move(admin);
  state->maintenance = std::make_unique<Maintenance>(state->loop);
  state->add_commands();
  state->add_operator_commands();
  state->add_peer_commands();
  state->add_chain_commands();
  state->add_metrics();
  if (const auto error = state->open_http()) return DaemonFailure{kExitFailed, error->text};

  State* const raw = state.get();
  raw->signals = std::make_unique<Signals>(
      raw->loop, [raw](int signal) { raw->begin_stop(signal == SIGINT ? "interrupted" : "told to end"); },
      [raw] { raw->reload(); });
  raw->node->on_fatal([raw](const Error& error) {
    spdlog::critical("the disk cannot be trusted any more: {}", error.text);
    raw->exit_code = kExitFailed;
    raw->loop.stop();
  });
  raw->loop.post([raw] {
    raw->sink().record({trace::Kind::node_started, {}, 1, 0, 0});
    raw->node->set_banned(raw->peer_lists.banned());
    raw->node->start();
    raw->ipfs->start();
    for (const std::string& address : raw->peer_lists.added()) raw->node->add_peer(p2p_address(address));
    raw->start_watching();
    notify_manager("READY=1\n" + raw->status_line());
  });
  spdlog::info("{} listens on {}, data in {}", raw->network->own_identity(), joined(raw->network->listen_addresses()),
               path.string());
  return std::unique_ptr<Daemon>(new Daemon(std::move(state)));
}

namespace {

// The gateway reads what the service of IPFS serves.
class ServedBlocks final : public http::BlockSource {
 public:
  explicit ServedBlocks(IpfsService& ipfs) : ipfs_(ipfs) {}
  void block(const crypto::Cid& cid, Callback<void(Block)> done) override { ipfs_.block(cid, std::move(done)); }

 private:
  IpfsService& ipfs_;
};

}  // namespace

std::optional<Error> Daemon::State::open_http() {
  if (settings.http.listen.empty()) return std::nullopt;
  http::ServiceOptions options;
  options.server = settings.http;
  options.version = version;
  options.ready_peers = settings.http_ready_peers;
  served_blocks = std::make_unique<ServedBlocks>(*ipfs);
  auto opened = http::Service::open(loop, {*node, *disk, *executor, clock, *timers, served_blocks.get()}, options);
  if (!opened.ok()) return opened.error();
  http = *std::move(opened);
  spdlog::info("clients are served on http://{}", http->address());
  return std::nullopt;
}

int Daemon::run() {
  state_->loop.run();
  spdlog::info("stopped");
  return state_->exit_code;
}

void Daemon::State::begin_stop(std::string why) {
  if (stop_by.has_value()) return;
  spdlog::info("stopping: {}", why);
  notify_manager("STOPPING=1\nSTATUS=stopping: " + why);
  stop_by = clock.now() + kDrainMax;
  maintenance->cancel();
  network->stop_listening();
  if (http != nullptr) http->stop_accepting();
  end_when_drained();
}

// Messages that were handed in get their receipt, which says that they are durable; what is not durable was promised to
// nobody.
void Daemon::State::end_when_drained() {
  const bool served = http == nullptr || http->in_flight() == 0;
  const bool drained = served && receipts_owed == 0 && disk->figures().waiting == 0;
  if (!drained && clock.now() < present(stop_by)) {
    timers->after(kDrainLook, [this] { end_when_drained(); });
    return;
  }
  if (!served) spdlog::warn("{} requests are broken off", http->in_flight());
  if (receipts_owed > 0) spdlog::warn("{} receipts are still owed", receipts_owed);
  // One more turn, so that the last answers leave.
  timers->after(kDrainLook, [this] { loop.stop(); });
}

}  // namespace lastmile::real
