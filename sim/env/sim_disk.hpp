#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/env/disk.hpp"
#include "sim/env/access_link.hpp"
#include "sim/env/disk_image.hpp"
#include "sim/env/event.hpp"
#include "sim/env/slot_table.hpp"

namespace lastmile::sim {

class FlowPlane;
class Kernel;

// One incarnation's access to its disk.
//
// Model. One writer: what is committed while a group is being written forms the next group; a group takes
// bytes / write bandwidth + one sync, then all its answers come, in order. Blob reads take a seek and bytes / read
// bandwidth, one after another. Reads of keys answer at once and cost LoopCost::disk_read. On a slow disk all of that
// takes longer, from what begins next on.
//
// The first write after which more would lie on the disk than there is room for is answered with an error, and so is
// every later one: they are seen, as every write is, and do not outlive this incarnation.
class SimDisk final : public env::Disk {
 public:
  SimDisk(Kernel& kernel, NodeIndex self, std::shared_ptr<DiskImage> image);

  const env::Reader& latest() const override { return latest_; }
  std::shared_ptr<const env::Reader> snapshot() const override;
  void commit(env::Batch batch, env::Done<Unit> done) override;
  void put_blob(std::string name, Bytes bytes, env::Done<Unit> done) override;
  void get_blob(env::ContentRange range, env::Done<Bytes> done) override;
  void remove_blob(std::string name, env::Done<Unit> done) override;
  std::optional<std::uint64_t> blob_size(std::string_view name) const override;

  void on_event(const Event& event);  // for the kernel

 private:
  static constexpr std::uint8_t kWritten = 0;  // Event::aux
  static constexpr std::uint8_t kRead = 1;

  class Latest final : public env::Reader {
   public:
    explicit Latest(const SimDisk& disk) : disk_(disk) {}
    env::Value get(std::string_view key) const override;
    std::unique_ptr<env::Cursor> seek(std::string_view key) const override;
    std::unique_ptr<env::Cursor> seek_before(std::string_view key) const override;

   private:
    const SimDisk& disk_;
  };
  struct Read {
    env::ContentRange range;
    std::uint64_t number = 0;
    env::Done<Bytes> done;
  };

  struct Write {
    env::Done<Unit> done;
    bool refused;
  };

  bool has_room() const;
  FlowPlane* flows_for(std::uint64_t bytes) const;
  void enqueue(std::uint64_t bytes, env::Done<Unit> done);
  void begin_group();
  void on_written();
  void on_read(const Event& event);
  void charge() const;

  Kernel& kernel_;
  NodeIndex self_;
  std::shared_ptr<DiskImage> image_;
  Latest latest_;
  AccessLink writer_;
  AccessLink reader_;
  std::vector<Write> writing_;  // the group under way
  std::vector<Write> waiting_;  // the next one
  std::uint64_t waiting_bytes_ = 0;
  bool busy_ = false;
  bool full_ = false;          // something was refused
  std::uint64_t numbers_ = 0;  // of writes and reads, for the digest
  SlotTable<Read> reads_;
};

}  // namespace lastmile::sim
