// One node's store on a map: the in-memory pipeline.
#pragma once

#include <memory>
#include <utility>

#include "bench/memory_disk.hpp"
#include "bench/messages.hpp"

namespace lastmile::bench {

class MemoryNode {
 public:
  MemoryNode() { start_anew(); }
  void start_anew() {
    store_.reset();
    disk_ = std::make_unique<MemoryDisk>();
    store_ = std::move(store::Store::open(*disk_, {})).value();
  }
  // A message that is not processed is a mistake of the benchmark.
  void process(message::Envelope envelope) {
    bench::process(*store_, std::make_shared<const message::Envelope>(std::move(envelope)), kNow);
    disk_->answer();
  }

 private:
  std::unique_ptr<MemoryDisk> disk_;
  std::unique_ptr<store::Store> store_;  // on the disk: destroyed first
};

}  // namespace lastmile::bench
