// Public chains: follows their events into the inbox, writes archives of what was not confirmed yet (messages.md 6).
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/chain/follower.hpp"
#include "core/chain/packer.hpp"
#include "core/env/chain_gateway.hpp"
#include "core/env/clock.hpp"
#include "core/env/disk.hpp"
#include "core/env/random.hpp"
#include "core/env/timers.hpp"
#include "core/node/blob_writer.hpp"
#include "core/node/config.hpp"
#include "core/node/hashing_jobs.hpp"
#include "core/node/pipeline.hpp"
#include "core/store/store.hpp"
#include "core/trace/rare_state.hpp"

namespace lastmile::node {

// What the link asks of the node.
class ChainSurroundings {
 public:
  virtual ~ChainSurroundings() = default;
  // A message of a transaction. Its receipt comes once; status none: no room now.
  virtual void take_in(std::shared_ptr<const message::Envelope> envelope, Arrival arrival) = 0;
  virtual void want_archive(const message::ItemHash& archive) = 0;
  virtual void follow(const store::Outcome& outcome) = 0;  // what a call of the store changed besides
  virtual void damaged(const Error& error) = 0;
};

class ChainLink final : public env::ChainHandler {
 public:
  ChainLink(env::Clock& clock, env::Timers& timers, env::Disk& disk, env::Random& random, env::ChainGateway& chains,
            store::Store& store, trace::Sink& sink, QueueGauges& gauges, HashingJobs& jobs, const NodeConfig& config,
            ChainSurroundings& surroundings);
  ~ChainLink() override;

  void start();
  void on_connected();  // a peer that may have what nobody had
  // Content that is on the disk, was fetched, or is gone; chains that did not wait for it take no notice.
  void archive_arrived(const message::ItemHash& archive, env::Value bytes);
  void archive_unavailable(const message::ItemHash& archive);
  // Asked just before a confirmation is stored: its block may have been taken back meanwhile, or become final, which is
  // noted.
  bool stands(store::Confirmation& confirmation) const;

  // Of the chain with this code; empty while no block of it is final.
  std::optional<std::uint64_t> final_height(std::string_view code) const;

  std::size_t queued() const;  // transactions not done yet, all chains

  void on_block(std::string_view chain, const env::ChainBlock& block) override;
  void on_reorg(std::string_view chain, env::Height kept) override;
  void on_final(std::string_view chain, env::Height height) override;

 private:
  struct Line;  // one followed chain
  Line* find(std::string_view chain);
  void carry_out(Line& line);
  void take_in(Line& line, chain::TakeIn&& order);
  void taken_in(Line& line, const chain::TransactionId& id, const std::optional<message::ItemHash>& archive);
  void pack(Line& line);
  void submit(Line& line, const chain::WrittenArchive& archive);
  void ticking(Line& line);
  void save(Line& line);
  void gauge_archives();
  void hold(const message::ItemHash& archive, Bytes&& bytes, Callback<void()> written);
  void release_unneeded();

  env::Clock& clock_;
  env::Timers& timers_;
  env::Disk& disk_;
  env::ChainGateway& chains_;
  store::Store& store_;
  trace::Sink& sink_;
  QueueGauges& gauges_;
  HashingJobs& jobs_;
  const NodeConfig& config_;
  ChainSurroundings& surroundings_;
  BlobWriter blobs_;
  std::vector<std::unique_ptr<Line>> lines_;
  std::set<message::ItemHash> reading_;  // archives that a job reads
  // Archives that no transaction pins yet: being read for one, or on their way into a chain.
  std::set<message::ItemHash> held_;
};

}  // namespace lastmile::node
