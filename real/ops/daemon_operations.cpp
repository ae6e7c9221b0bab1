// What an operator does to a running node beside asking it: work on its storage, the room on its disk, new settings.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "real/ops/admin_request.hpp"
#include "real/ops/daemon_state.hpp"
#include "real/ops/log.hpp"
#include "real/ops/notify.hpp"
#include "real/ops/settings_keys.hpp"
#include "real/storage/file_system.hpp"

namespace lastmile::real {
namespace {

using Json = AdminServer::Json;
using Reply = AdminServer::Reply;

constexpr Duration kLookEvery = seconds(5);
constexpr Duration kDiskLookEvery = seconds(5);
constexpr std::int64_t kBackupsKeptMax = 10'000;

// Keys that SIGHUP may change while the node runs.
const std::set<std::string_view>& reloadable() {
  static const std::set<std::string_view> keys{"log.level", "p2p.peers", "storage.disk_warn", "storage.disk_min"};
  return keys;
}

}  // namespace

void Daemon::State::maintain(std::string name, bool with_blobs, Maintenance::Work work, Reply reply) {
  RocksDisk::BlobHold hold = with_blobs ? disk->hold_blobs() : nullptr;
  spdlog::info("{} begins", name);
  maintenance->start(
      name, [work = std::move(work), hold = std::move(hold)](Cancelled& cancelled) mutable { return work(cancelled); },
      [name, reply = std::move(reply)](Result<Json> result) mutable {
        if (result.ok()) {
          spdlog::info("{} has ended", name);
        } else {
          spdlog::warn("{} has failed: {}", name, result.error().text);
        }
        reply(std::move(result));
      });
}

void Daemon::State::add_operator_commands() {
  admin->add("db_stats", "figures of the database, its files and the disk", [this](const Json&, Reply reply) {
    maintain(
        "db stats", false, [storage = storage()](Cancelled&) { return Result<Json>(storage_stats(storage)); },
        std::move(reply));
  });
  admin->add("db_check", "database, store and files against each other; quick true: files by their size alone",
             [this](const Json& request, Reply reply) {
               const auto quick = flag_field(request, "quick", false);
               if (!quick.ok()) return reply(quick.error());
               maintain(
                   "db check", true,
                   [storage = storage(), depth = *quick ? Depth::sizes : Depth::hashes](Cancelled& cancelled) {
                     return check_storage(storage, depth, cancelled);
                   },
                   std::move(reply));
             });
  admin->add("db_compact", "merges all files of the database", [this](const Json&, Reply reply) {
    maintain(
        "db compact", false,
        [storage = storage()](Cancelled& cancelled) { return compact_storage(storage, cancelled); }, std::move(reply));
  });
  admin->add("db_backup", "a backup into the folder \"to\" of this machine; keep: how many stay, 0 = all",
             [this](const Json& request, Reply reply) {
               const auto target = text_field(request, "to");
               if (!target.ok()) return reply(target.error());
               if (!std::filesystem::path(*target).is_absolute()) return reply(Error{"to: expected an absolute path"});
               const auto keep = whole_field(request, "keep", 0);
               if (!keep.ok()) return reply(keep.error());
               if (*keep < 0 || *keep > kBackupsKeptMax) return reply(Error{"keep: expected 0 to 10000"});
               BackupOptions options{.target = *target, .keep = static_cast<std::size_t>(*keep), .version = version};
               maintain(
                   "db backup", true,
                   [storage = storage(), options = std::move(options)](Cancelled& cancelled) {
                     return make_backup(storage, options, cancelled);
                   },
                   std::move(reply));
             });
  admin->add("log_level",
             "level of the log from now on, until a restart or SIGHUP: \"level\"; \"target\" for one target",
             [](const Json& request, Reply reply) {
               const auto level = text_field(request, "level");
               if (!level.ok()) return reply(level.error());
               const auto target = request.contains("target") ? text_field(request, "target") : Result<std::string>("");
               if (!target.ok()) return reply(target.error());
               if (const auto set = set_log_level(*level, *target); !set.ok()) return reply(set.error());
               reply(Json{{"level", *level}});
             });
  admin->add("reload", "reads the settings again, as SIGHUP does", [this](const Json&, Reply reply) {
    reload();
    reply(Json{{"reloaded", true}});
  });
}

// Figures of the node itself are read by its HTTP interface; here is what only the daemon knows.
void Daemon::State::add_metrics() {
  add_process_metrics(metrics);
  Gauge& free_bytes = metrics.gauges("lastmile_disk_free_bytes", "Room left on the disk of the data folder.")[0];
  Gauge& taking_in = metrics.gauges("lastmile_intake_open", "1: new messages are taken in; 0: the disk is full.")[0];
  Gauge& commits = metrics.totals("lastmile_storage_commits_total", "Commits since the start.")[0];
  Gauge& syncs = metrics.totals("lastmile_storage_syncs_total", "Groups of them that were synced.")[0];
  Gauge& waiting = metrics.gauges("lastmile_storage_commits_waiting", "Commits that are not durable yet.")[0];
  Gauge& in_bytes = metrics.totals("lastmile_network_received_bytes_total", "From peers, since the start.")[0];
  Gauge& out_bytes = metrics.totals("lastmile_network_sent_bytes_total", "To peers, since the start.")[0];
  auto& database = metrics.gauges("lastmile_database_bytes", "Memory and files of the database.",
                                  {"kind", {"tables", "memory_tables", "block_cache", "compaction_pending"}});
  Gauge& stopped = metrics.gauges("lastmile_database_write_stopped", "1: the database takes no writes.")[0];
  add_ipfs_metrics();
  metrics.before_text(
      [this, &free_bytes, &taking_in, &commits, &syncs, &waiting, &in_bytes, &out_bytes, &database, &stopped] {
        free_bytes.set(static_cast<double>(disk_free_bytes));
        taking_in.set(node->intake_paused() ? 0 : 1);
        const RocksDisk::Figures figures = disk->figures();
        commits.set(static_cast<double>(figures.commits));
        syncs.set(static_cast<double>(figures.syncs));
        waiting.set(static_cast<double>(figures.waiting));
        const p2p::P2pNetwork::Figures traffic = network->figures();
        in_bytes.set(static_cast<double>(traffic.bytes_in));
        out_bytes.set(static_cast<double>(traffic.bytes_out));
        const DatabaseFigures sizes = database_figures(*disk->base());
        database[0].set(static_cast<double>(sizes.table_bytes));
        database[1].set(static_cast<double>(sizes.memory_table_bytes));
        database[2].set(static_cast<double>(sizes.block_cache_bytes));
        database[3].set(static_cast<double>(sizes.compaction_pending_bytes));
        stopped.set(sizes.write_stopped ? 1 : 0);
      });
  admin->add("metrics", "figures as Prometheus reads them",
             [this](const Json&, Reply reply) { reply(Json{{"text", metrics.text()}}); });
}

// --- watching

void Daemon::State::start_watching() { look_around(); }

void Daemon::State::look_around() {
  look_at_disk();
  const auto watchdog = watchdog_interval();
  notify_manager((watchdog ? "WATCHDOG=1\n" : "") + status_line());
  const Duration pause = watchdog ? std::min(kLookEvery, *watchdog / 2) : kLookEvery;
  timers->after(pause, [this] { look_around(); });
}

std::string Daemon::State::status_line() const {
  return "STATUS=" + std::to_string(node->peers().connected().size()) + " peers, " +
         std::to_string(node->store().held_total().count) + " messages, " + std::to_string(node->pending()) +
         " pending" + (disk_state == DiskState::full ? ", takes nothing in: the disk is nearly full" : "");
}

void Daemon::State::look_at_disk() {
  if (disk_due && clock.now() < *disk_due) return;
  disk_due = clock.now() + kDiskLookEvery;
  const auto room = room_of(data.path());
  if (!room.ok()) return spdlog::warn("{}", room.error().text);
  disk_free_bytes = room->free_bytes;
  const DiskState next =
      next_disk_state(disk_state, room->free_bytes, {settings.disk_warn_bytes, settings.disk_min_bytes});
  if (next == disk_state) return;
  disk_state = next;
  node->pause_intake(next == DiskState::full);
  const std::uint64_t mebibytes = room->free_bytes >> 20;
  if (next == DiskState::full) {
    spdlog::error("the disk has {} MiB left: nothing new is taken in, everything is served", mebibytes);
  } else if (next == DiskState::low) {
    spdlog::warn("the disk has {} MiB left", mebibytes);
  } else {
    spdlog::info("the disk has {} MiB left: enough", mebibytes);
  }
}

// --- new settings

void Daemon::State::reload() {
  notify_manager(reloading_state());
  const auto fresh = read_again();
  if (!fresh.ok()) {
    spdlog::error("the settings stay as they are: {}", fresh.error().text);
    return notify_manager("READY=1\n" + status_line());
  }
  std::string restart;
  for (const SettingKey& key : setting_table()) {
    if (reloadable().contains(key.info.name) || key.show(*fresh) == key.show(settings)) continue;
    restart += (restart.empty() ? "" : ", ") + std::string(key.info.name);
  }
  if (!restart.empty()) spdlog::warn("needs a restart to hold: {}", restart);
  const auto known = settings.peers;
  const auto gone = std::count_if(known.begin(), known.end(), [&](const std::string& peer) {
    return std::find(fresh->peers.begin(), fresh->peers.end(), peer) == fresh->peers.end();
  });
  if (gone > 0) spdlog::warn("{} peers are in p2p.peers no more; they are dialled until a restart", gone);
  settings.log_level = fresh->log_level;
  settings.peers = fresh->peers;
  settings.disk_warn_bytes = fresh->disk_warn_bytes;
  settings.disk_min_bytes = fresh->disk_min_bytes;
  static_cast<void>(set_log_level(settings.log_level, {}));  // read as one of the known levels
  for (const std::string& peer : settings.peers) node->add_peer(p2p_address(peer));
  if (auto lists = PeerLists::load(data.path()); lists.ok()) {
    peer_lists = *std::move(lists);
    node->set_banned(peer_lists.banned());
    for (const std::string& address : peer_lists.added()) node->add_peer(p2p_address(address));
  } else {
    spdlog::error("the lists of peers stay as they are: {}", lists.error().text);
  }
  disk_due.reset();
  look_at_disk();
  spdlog::info("settings were read again");
  notify_manager("READY=1\n" + status_line());
}

}  // namespace lastmile::real
