// Reads blobs that are named by their hash, and checks them: after a crash one may be cut short (env::Disk).
#pragma once

#include <cstddef>
#include <deque>

#include "core/env/disk.hpp"
#include "core/message/item_hash.hpp"
#include "core/node/hashing_jobs.hpp"

namespace lastmile::node {

class BlobReader {
 public:
  // at_once: blobs being read and checked; others wait, and who asks bounds how many.
  BlobReader(env::Disk& disk, HashingJobs& jobs, std::size_t at_once) : disk_(disk), jobs_(jobs), at_once_(at_once) {
    jobs_.reserve(at_once);
  }

  // Told of blobs that cannot be read or whose bytes are not those of their name, before who reads them is: their owner
  // forgets that they are at hand, so that they can be fetched again.
  void on_damaged(Callback<void(const message::ItemHash&)> damaged) { damaged_ = std::move(damaged); }

  // Later, in the order of the calls: the bytes, or null when there are none of this name, or damaged ones.
  void read(const message::ItemHash& name, Callback<void(env::Value)> done);

 private:
  struct Wanted {
    message::ItemHash name;
    Callback<void(env::Value)> done;
  };
  void next();
  void finish(Callback<void(env::Value)> done, env::Value bytes);

  env::Disk& disk_;
  HashingJobs& jobs_;
  const std::size_t at_once_;
  std::deque<Wanted> waiting_;
  std::size_t busy_ = 0;
  Callback<void(const message::ItemHash&)> damaged_;
};

}  // namespace lastmile::node
