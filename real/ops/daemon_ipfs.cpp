// What the daemon tells of blocks that came from and went to peers of IPFS.
#include "real/ops/daemon_state.hpp"

namespace lastmile::real {

void Daemon::State::add_ipfs_metrics() {
  auto& blocks = metrics.totals("lastmile_ipfs_blocks_total", "Blocks sent to and fetched from peers, since the start.",
                                {"direction", {"served", "fetched"}});
  auto& bytes = metrics.totals("lastmile_ipfs_block_bytes_total", "Their bytes.", {"direction", {"served", "fetched"}});
  auto& files = metrics.totals("lastmile_ipfs_files_total", "Files and directories that were to be fetched.",
                               {"result", {"fetched", "failed"}});
  Gauge& refused = metrics.totals("lastmile_ipfs_wants_refused_total", "Wants of peers above a limit.")[0];
  Gauge& unasked = metrics.totals("lastmile_ipfs_blocks_unasked_total", "Blocks that came and nobody wanted.")[0];
  Gauge& peers = metrics.gauges("lastmile_ipfs_peers", "Connected peers that exchange blocks.")[0];
  Gauge& fetches = metrics.gauges("lastmile_ipfs_fetches", "Files being asked for or fetched.")[0];
  metrics.before_text([this, &blocks, &bytes, &files, &refused, &unasked, &peers, &fetches] {
    const IpfsService::Figures figures = ipfs->figures();
    const auto set = [](Gauge& gauge, auto value) { gauge.set(static_cast<double>(value)); };
    set(blocks[0], figures.served.blocks);
    set(blocks[1], figures.fetched.blocks);
    set(bytes[0], figures.served.block_bytes);
    set(bytes[1], figures.fetched.block_bytes);
    set(files[0], figures.files_fetched);
    set(files[1], figures.files_failed);
    set(refused, figures.served.wants_refused);
    set(unasked, figures.fetched.unasked);
    set(peers, figures.peers);
    set(fetches, figures.fetches);
  });
}

}  // namespace lastmile::real
