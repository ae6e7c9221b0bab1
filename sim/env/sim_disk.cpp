#include "sim/env/sim_disk.hpp"

#include <algorithm>
#include <utility>

#include "sim/env/kernel.hpp"

namespace lastmile::sim {
namespace {

// A snapshot that charges its reads to the node, unless an executor job does them.
class ChargedSnapshot final : public env::Reader {
 public:
  ChargedSnapshot(Kernel& kernel, NodeIndex node, std::shared_ptr<const env::Reader> inner)
      : kernel_(kernel), node_(node), inner_(std::move(inner)) {}
  env::Value get(std::string_view key) const override {
    kernel_.charge_read(node_);
    return inner_->get(key);
  }
  std::unique_ptr<env::Cursor> seek(std::string_view key) const override {
    kernel_.charge_read(node_);
    return inner_->seek(key);
  }
  std::unique_ptr<env::Cursor> seek_before(std::string_view key) const override {
    kernel_.charge_read(node_);
    return inner_->seek_before(key);
  }

 private:
  Kernel& kernel_;
  NodeIndex node_;
  std::shared_ptr<const env::Reader> inner_;
};

}  // namespace

SimDisk::SimDisk(Kernel& kernel, NodeIndex self, std::shared_ptr<DiskImage> image)
    : kernel_(kernel), self_(self), image_(std::move(image)), latest_(*this) {
  const Hardware& hardware = kernel.machine(self).spec.hardware;
  writer_ = AccessLink(8 * hardware.disk_write_bytes);
  reader_ = AccessLink(8 * hardware.disk_read_bytes);
}

void SimDisk::charge() const { kernel_.charge_read(self_); }

env::Value SimDisk::Latest::get(std::string_view key) const {
  disk_.charge();
  return disk_.image_->live().find(key);
}

std::unique_ptr<env::Cursor> SimDisk::Latest::seek(std::string_view key) const {
  disk_.charge();
  return live_cursor(*disk_.image_, key, false);
}

std::unique_ptr<env::Cursor> SimDisk::Latest::seek_before(std::string_view key) const {
  disk_.charge();
  return live_cursor(*disk_.image_, key, true);
}

std::shared_ptr<const env::Reader> SimDisk::snapshot() const {
  auto snapshot = image_->snapshot();
  if (kernel_.config().loop_cost.disk_read.ns == 0) return snapshot;
  return std::make_shared<ChargedSnapshot>(kernel_, self_, std::move(snapshot));
}

bool SimDisk::has_room() const {
  const Machine& machine = kernel_.machine(self_);
  const std::uint64_t size = machine.spec.hardware.disk_size;
  return size == 0 || image_->bytes() <= machine.disk_trouble.room(size);
}

void SimDisk::commit(env::Batch batch, env::Done<Unit> done) {
  enqueue(image_->apply(std::move(batch)), std::move(done));
}

void SimDisk::put_blob(std::string name, Bytes bytes, env::Done<Unit> done) {
  enqueue(image_->put_blob(std::move(name), std::move(bytes)), std::move(done));
}

void SimDisk::remove_blob(std::string name, env::Done<Unit> done) {
  enqueue(image_->remove_blob(name), std::move(done));
}

// Of what was just changed, and is seen whether it has room or not.
void SimDisk::enqueue(std::uint64_t bytes, env::Done<Unit> done) {
  LM_CHECK(kernel_.machine(self_).spec.has_disk);  // else it would be everybody's who has none
  full_ = full_ || !has_room();
  if (full_)
    image_->refuse_last();
  else
    waiting_bytes_ += bytes;
  waiting_.push_back({std::move(done), full_});
  if (!busy_) begin_group();
}

// Large enough to share the disk with what else is under way there; null: it takes its turn here.
FlowPlane* SimDisk::flows_for(std::uint64_t bytes) const {
  return bytes >= kernel_.config().network.transfer_bytes_min ? kernel_.flows() : nullptr;
}

void SimDisk::begin_group() {
  busy_ = true;
  const Machine& machine = kernel_.machine(self_);
  const DiskTrouble& trouble = machine.disk_trouble;
  const std::int64_t late = kernel_.happens(self_, env::RarePath::commit_late) ? kLate.ns : 0;
  const std::int64_t sync = trouble.slowed(machine.spec.hardware.disk_sync.ns) + late;
  const std::uint64_t bytes = std::exchange(waiting_bytes_, 0);
  std::swap(writing_, waiting_);
  if (FlowPlane* flows = flows_for(bytes); flows != nullptr) {
    const std::uint32_t incarnation = kernel_.slot(self_).incarnation;
    return flows->write(self_, {EventKind::disk, kWritten, 0, incarnation, 0, 0, bytes}, {sync});
  }
  const std::int64_t written = writer_.occupy(kernel_.now_ns(), trouble.slowed(writer_.length(bytes)));
  kernel_.post_own(self_, written + sync, EventKind::disk, kWritten, 0, 0);
}

void SimDisk::on_written() {
  const auto written = [](const Write& write) { return !write.refused; };
  image_->durable(static_cast<std::size_t>(std::count_if(writing_.begin(), writing_.end(), written)));
  std::vector<Write> answers;
  std::swap(answers, writing_);
  for (Write& write : answers) {
    kernel_.hand(self_, LoopKind::disk, self_, ++numbers_);
    if (!write.done) continue;
    if (written(write))
      write.done(Unit{});
    else
      write.done(Error{"the disk is full"});
  }
  answers.clear();
  if (writing_.capacity() == 0) std::swap(writing_, answers);  // keep the memory
  busy_ = false;
  if (!waiting_.empty()) begin_group();
}

void SimDisk::get_blob(env::ContentRange range, env::Done<Bytes> done) {
  const auto blob = image_->blob(range.name);
  const std::uint64_t size = blob == nullptr ? 0 : blob->size();
  const std::uint64_t length = std::min(range.length, size - std::min(range.offset, size));
  const Machine& machine = kernel_.machine(self_);
  const DiskTrouble& trouble = machine.disk_trouble;
  const std::int64_t seek = trouble.slowed(machine.spec.hardware.disk_seek.ns);
  const SlotRef ref = reads_.add({std::move(range), ++numbers_, std::move(done)});
  if (FlowPlane* flows = flows_for(length); flows != nullptr) {
    const std::uint32_t incarnation = kernel_.slot(self_).incarnation;
    return flows->read(self_, {EventKind::disk, kRead, 0, incarnation, ref.slot, ref.generation, length}, {seek});
  }
  const std::int64_t end = reader_.occupy(kernel_.now_ns(), seek + trouble.slowed(reader_.length(length)));
  kernel_.post_own(self_, end, EventKind::disk, kRead, ref.slot, ref.generation);
}

void SimDisk::on_read(const Event& event) {
  Read read;
  if (!reads_.take({event.extra, static_cast<std::uint32_t>(event.argument)}, read)) return;
  kernel_.hand(self_, LoopKind::disk, self_, mix_payload(read.number, kRead));
  const auto blob = image_->blob(read.range.name);
  if (blob == nullptr) {
    read.done(Error{"no blob of this name"});
    return;
  }
  const std::uint64_t from = std::min<std::uint64_t>(read.range.offset, blob->size());
  const std::uint64_t length = std::min<std::uint64_t>(read.range.length, blob->size() - from);
  const auto first = blob->begin() + static_cast<std::ptrdiff_t>(from);
  read.done(Bytes(first, first + static_cast<std::ptrdiff_t>(length)));
}

std::optional<std::uint64_t> SimDisk::blob_size(std::string_view name) const {
  charge();
  const auto blob = image_->blob(name);
  if (blob == nullptr) return std::nullopt;
  return blob->size();
}

void SimDisk::on_event(const Event& event) {
  if (event.aux() == kWritten)
    on_written();
  else
    on_read(event);
}

}  // namespace lastmile::sim
