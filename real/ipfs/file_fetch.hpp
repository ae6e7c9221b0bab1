// One file or directory on its way from peers to our disk: blocks are wanted in the order of the tree, some ahead, and
// each is written as soon as it is its turn. A file becomes its bytes; a directory becomes a CAR of all its blocks.
// What an earlier attempt left is read from the disk, and checked, instead of asked for.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <variant>

#include "core/env/clock.hpp"
#include "core/ipfs/bitswap_client.hpp"
#include "core/ipfs/dag_walk.hpp"
#include "core/ipfs/file_reader.hpp"
#include "real/ipfs/block_index.hpp"
#include "real/ipfs/ipfs_limits.hpp"

namespace lastmile::real {

class FileFetch {
 public:
  // All must outlive it. ahead: its part of IpfsLimits::blocks_ahead and held_bytes, asked for whenever it matters.
  struct Surroundings {
    env::Disk& disk;
    env::Clock& clock;
    BlockIndex& index;
    PartialFiles& partials;
    ipfs::bitswap::Client& client;
    const IpfsLimits& limits;
    std::function<std::size_t()> fetches;  // that share the limits
  };
  struct Fetched {
    std::uint64_t bytes = 0;  // of a directory its cumulative size, as its root says
    bool directory = false;
  };
  using Done = Callback<void(Result<Fetched>)>;

  // name: of the file on our disk, the text of the root.
  FileFetch(Surroundings around, std::string name, crypto::Cid root);
  ~FileFetch();
  FileFetch(const FileFetch&) = delete;
  FileFetch& operator=(const FileFetch&) = delete;

  // done: once, later or never, when it is destroyed before; then what came is kept for the next attempt. An error says
  // what is wrong with the file, or our disk.
  void start(Done done);
  // A block that its session wanted, checked.
  void on_block(const crypto::Cid& cid, BlockIndex::Block block);

  ipfs::bitswap::SessionId session() const { return session_; }
  bool begun() const { return begun_; }  // the root is here
  Instant progress() const { return around_.client.progress(session_); }

 private:
  const crypto::Cid* wanted() const;
  void step();
  bool read_own(const crypto::Cid& cid);
  void ask(const crypto::Cid& cid);
  void ask_ahead();
  ipfs::ReadResult<Unit> take(const crypto::Cid& cid, const Bytes& block);
  void begin(const Bytes& root);
  void put(ByteView bytes);  // a failure shows in disk_error_
  void note(const crypto::Cid& cid, BlockPlace place);
  void flush_rows();
  void end(Result<Fetched> result);

  Surroundings around_;
  std::string name_;
  crypto::Cid root_;
  ipfs::bitswap::SessionId session_;
  Done done_;
  std::variant<ipfs::FileReader, ipfs::DagWalk> reader_;
  bool begun_ = false;
  bool reading_ = false;  // a block of our own disk
  bool over_ = false;
  Descriptor file_;
  std::uint64_t written_ = 0;
  std::uint64_t cumulative_ = 0;             // of a directory
  std::map<Bytes, BlockIndex::Block> held_;  // came before their turn, by multihash
  std::size_t held_bytes_ = 0;
  std::set<Bytes> asked_, unreadable_;     // of peers, not here yet; ours that turned out to be none
  std::map<Bytes, BlockPlace> unflushed_;  // written and not noted yet
  env::Batch rows_;
  std::optional<Error> disk_error_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace lastmile::real
