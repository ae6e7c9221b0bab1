// Writes archives of what this node came to hold, each with a signed head (docs/decisions/0003).
#pragma once

#include <memory>
#include <optional>
#include <set>

#include "core/env/clock.hpp"
#include "core/env/disk.hpp"
#include "core/env/random.hpp"
#include "core/env/timers.hpp"
#include "core/node/blob_writer.hpp"
#include "core/node/config.hpp"
#include "core/node/hashing_jobs.hpp"
#include "core/node/head_rows.hpp"
#include "core/store/store.hpp"
#include "core/sync/head.hpp"

namespace lastmile::node {

class HeadWriterHost {
 public:
  virtual ~HeadWriterHost() = default;
  virtual std::optional<sync::Head> newest_of_ours() const = 0;
  // A head of ours and its archive are at hand. `done` is to be on the disk together with the knowledge of it.
  virtual void head_written(const sync::Head& head, env::Batch done) = 0;
  virtual void head_writer_damaged(const Error& error) = 0;
};

class HeadWriter {
 public:
  HeadWriter(env::Clock& clock, env::Timers& timers, env::Disk& disk, env::Random& random, store::Store& store,
             HashingJobs& jobs, BlobWriter& blobs, const NodeConfig& config, HeadWriterHost& host);

  void start();  // once; reads what is due from the disk. Writes nothing without NodeConfig::head_signer
  // A message reached a state that an archive must tell: processed, or forgotten (its tombstone).
  void on_news(const message::ItemHash& hash);

  // Is it ours, and newer than those that are known to be lost? Then it is one if it is not on this disk.
  bool may_be_lost(const sync::Head& head) const;
  // It is: all that is here is due again before the next head is written, once. The row that remembers it, for the
  // batch that makes the head known.
  env::Batch lost(const sync::Head& head);

 private:
  struct Writing;  // the archive that is being written

  void write_later();
  void write();
  void put_on_disk(const std::shared_ptr<Writing>& writing);
  void written(const Writing& writing);
  void let_go(const Writing& writing);
  void all_is_due();
  void commit(env::Batch batch);

  env::Clock& clock_;
  env::Timers& timers_;
  env::Disk& disk_;
  env::Random& random_;
  store::Store& store_;
  HashingJobs& jobs_;
  BlobWriter& blobs_;
  const NodeConfig& config_;
  HeadWriterHost& host_;
  std::set<message::ItemHash> due_;    // not in an archive of ours yet; kept on disk
  std::set<message::ItemHash> again_;  // changed while an archive with them is being written
  bool writing_ = false;
  LostHeads lost_;  // kept on disk
};

}  // namespace lastmile::node
