#include "real/env/rocks_disk.hpp"

#include <rocksdb/write_batch.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <limits>
#include <thread>

#include "real/env/blob_workers.hpp"
#include "real/env/rocks_open.hpp"
#include "real/env/rocks_reader.hpp"
#include "real/env/write_layers.hpp"

namespace lastmile::real {
namespace {

constexpr std::uint64_t kNothing = std::numeric_limits<std::uint64_t>::max();

rocksdb::Status write(rocksdb::DB& db, const Layers& layers) {
  rocksdb::WriteBatch changes;
  for (const auto& layer : layers) {
    for (const auto& [key, value] : layer->rows) {
      // Put and Delete only fail above 4 GiB of one batch.
      LM_CHECK((value != nullptr ? changes.Put(key, *value) : changes.Delete(key)).ok());
    }
  }
  rocksdb::WriteOptions options;
  options.sync = true;
  return changes.Count() == 0 ? rocksdb::Status::OK() : db.Write(options, &changes);
}

// The newest state: what was committed, over what is in the database.
class LatestReader final : public env::Reader {
 public:
  LatestReader(const WriteLayers& layers, std::shared_ptr<RocksBase> base)
      : layers_(layers), base_(std::make_shared<const RocksReader>(std::move(base), false)) {}
  // Layers first: what the flusher moves meanwhile is then seen twice, never missed.
  env::Value get(std::string_view key) const override {
    auto found = layers_.find(key);
    return found.here ? std::move(found.value) : base_->get(key);
  }
  std::unique_ptr<env::Cursor> seek(std::string_view key) const override {
    return layered_cursor(layers_.current(), base_, key, false);
  }
  std::unique_ptr<env::Cursor> seek_before(std::string_view key) const override {
    return layered_cursor(layers_.current(), base_, key, true);
  }

 private:
  const WriteLayers& layers_;
  std::shared_ptr<const RocksReader> base_;
};

class FrozenReader final : public env::Reader {
 public:
  FrozenReader(WriteLayers& layers, std::shared_ptr<RocksBase> base)
      : layers_(layers.seal()), base_(std::make_shared<const RocksReader>(std::move(base), true)) {}
  env::Value get(std::string_view key) const override {
    for (auto layer = layers_.rbegin(); layer != layers_.rend(); ++layer) {
      if (const auto row = (*layer)->rows.find(key); row != (*layer)->rows.end()) return row->second;
    }
    return base_->get(key);
  }
  std::unique_ptr<env::Cursor> seek(std::string_view key) const override {
    return layered_cursor(layers_, base_, key, false);
  }
  std::unique_ptr<env::Cursor> seek_before(std::string_view key) const override {
    return layered_cursor(layers_, base_, key, true);
  }

 private:
  const Layers layers_;
  std::shared_ptr<const RocksReader> base_;
};

}  // namespace

struct RocksDisk::State : std::enable_shared_from_this<RocksDisk::State> {
  State(Loop& node_loop, const RocksDiskOptions& options)
      : loop(node_loop), group_wait(options.group_wait), blobs(std::make_shared<BlobWorkers>(loop, options.blobs)) {}

  struct Waiting {
    std::uint64_t number;
    env::Done<Unit> done;
  };

  // Writes one group after another until it is told to stop.
  void flush_groups() {
    std::unique_lock lock(mutex);
    for (;;) {
      wake.wait(lock, [&] { return stopping || written > synced; });
      const auto close_at = std::chrono::steady_clock::now() + std::chrono::nanoseconds(group_wait.ns);
      wake.wait_until(lock, close_at, [&] { return stopping || written - synced >= kGroupBatchesMax; });
      if (stopping) return;
      const std::uint64_t up_to = written;
      lock.unlock();
      const bool durable = write_group();
      loop.post([weak = weak_from_this(), up_to, durable] {
        if (const auto self = weak.lock()) self->answer(up_to, durable);
      });
      lock.lock();
      synced = up_to;
      ++syncs;
    }
  }

  // All that was committed, which may be more than was counted: that is answered with the next group.
  bool write_group() {
    const Layers group = layers.seal();
    if (!base->failure.happened()) {
      const rocksdb::Status status = write(*base->db, group);
      if (status.ok()) {
        layers.written(group.size());
        return true;
      }
      base->failure.note(status, "writing");
    }
    layers.give_up();
    return false;
  }

  // On the loop, groups in order.
  void answer(std::uint64_t up_to, bool durable) {
    if (!durable && !waiting.empty()) failed_from = std::min(failed_from, waiting.front().number);
    while (!dead && !waiting.empty() && waiting.front().number <= up_to) {
      Waiting one = std::move(waiting.front());
      waiting.pop_front();
      if (one.number < failed_from) {
        one.done(Unit{});
      } else {
        one.done(base->failure.get().value_or(Error{"database: failed"}));
      }
    }
  }

  Loop& loop;
  const Duration group_wait;
  std::shared_ptr<RocksBase> base;
  WriteLayers layers;
  std::unique_ptr<LatestReader> latest;
  std::shared_ptr<BlobWorkers> blobs;

  // Loop thread only.
  std::deque<Waiting> waiting;
  std::uint64_t last_number = 0;
  std::uint64_t failed_from = kNothing;  // this commit and all after it are not durable
  bool dead = false;
  std::weak_ptr<const void> hold;

  // Between the loop and the flusher.
  std::mutex mutex;
  std::condition_variable wake;
  std::uint64_t written = 0;
  std::uint64_t synced = 0;
  std::uint64_t syncs = 0;
  bool stopping = false;
  std::thread flusher;
};

RocksDisk::RocksDisk(std::shared_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<RocksDisk>> RocksDisk::open(Loop& loop, const RocksDiskOptions& options) {
  if (auto prepared = BlobFiles::prepare(options.blobs); !prepared.ok()) return std::move(prepared).error();
  auto database = open_database(options, DatabaseUse::write);
  if (!database.ok()) return std::move(database).error();
  auto state = std::make_shared<State>(loop, options);
  state->base = *std::move(database);
  state->latest = std::make_unique<LatestReader>(state->layers, state->base);
  state->flusher = std::thread([raw = state.get()] { raw->flush_groups(); });
  return std::unique_ptr<RocksDisk>(new RocksDisk(std::move(state)));
}

RocksDisk::~RocksDisk() {
  state_->dead = true;
  {
    const std::scoped_lock lock(state_->mutex);
    state_->stopping = true;
  }
  state_->wake.notify_one();
  state_->flusher.join();
  state_->blobs->shut_down();
  state_->waiting.clear();
  state_->latest.reset();
}

const env::Reader& RocksDisk::latest() const { return *state_->latest; }

std::shared_ptr<const env::Reader> RocksDisk::snapshot() const {
  return std::make_shared<FrozenReader>(state_->layers, state_->base);
}

void RocksDisk::commit(env::Batch batch, env::Done<Unit> done) {
  LM_CHECK(done);
  State& state = *state_;
  const std::uint64_t number = ++state.last_number;
  if (!batch.empty() && !state.base->failure.happened()) state.layers.add(std::move(batch));
  if (state.base->failure.happened()) state.failed_from = std::min(state.failed_from, number);
  state.waiting.push_back({number, std::move(done)});
  {
    const std::scoped_lock lock(state.mutex);
    state.written = number;
    // The flusher needs waking for the first of a group and for the one that fills it.
    const std::uint64_t open = state.written - state.synced;
    if (open != 1 && open != kGroupBatchesMax) return;
  }
  state.wake.notify_one();
}

void RocksDisk::put_blob(std::string name, Bytes bytes, env::Done<Unit> done) {
  state_->blobs->put(name, std::move(bytes), std::move(done));
}
void RocksDisk::get_blob(env::ContentRange range, env::Done<Bytes> done) {
  state_->blobs->get(std::move(range), std::move(done));
}
void RocksDisk::remove_blob(std::string name, env::Done<Unit> done) {
  if (state_->hold.expired()) return state_->blobs->remove(name, std::move(done));
  state_->loop.post([weak = state_->weak_from_this(), done = std::move(done)]() mutable {
    const auto state = weak.lock();
    if (state != nullptr && !state->dead) done(Error{"nothing is removed while the blobs are copied or checked"});
  });
}
std::optional<std::uint64_t> RocksDisk::blob_size(std::string_view name) const { return state_->blobs->size(name); }

std::shared_ptr<RocksBase> RocksDisk::base() const { return state_->base; }

RocksDisk::BlobHold RocksDisk::hold_blobs() {
  BlobHold hold = state_->hold.lock();
  if (hold == nullptr) state_->hold = hold = std::make_shared<const int>(0);
  return hold;
}

std::optional<Error> RocksDisk::failure() const { return state_->base->failure.get(); }

RocksDisk::Figures RocksDisk::figures() const {
  const std::scoped_lock lock(state_->mutex);
  return {.commits = state_->last_number, .syncs = state_->syncs, .waiting = state_->waiting.size()};
}

}  // namespace lastmile::real
