// Blocks in memory, and readers driven by them.
#pragma once

#include <map>
#include <stdexcept>

#include "core/ipfs/dag_walk.hpp"
#include "core/ipfs/directory_builder.hpp"
#include "core/ipfs/directory_reader.hpp"
#include "core/ipfs/file_builder.hpp"
#include "core/ipfs/file_reader.hpp"
#include "core/ipfs/path.hpp"

namespace lastmile::test {

class MemoryBlocks {
 public:
  auto sink() {
    return [this](const crypto::Cid& cid, ByteView block) { put(cid, block); };
  }
  void put(const crypto::Cid& cid, ByteView block) { blocks_[key(cid)] = Bytes(block.begin(), block.end()); }
  bool has(const crypto::Cid& cid) const { return blocks_.contains(key(cid)); }
  const Bytes& get(const crypto::Cid& cid) const {
    const auto found = blocks_.find(key(cid));
    if (found == blocks_.end()) throw std::runtime_error("no block " + cid.text());
    return found->second;
  }
  Bytes& at(const crypto::Cid& cid) { return blocks_.at(key(cid)); }
  std::size_t size() const { return blocks_.size(); }

 private:
  static Bytes key(const crypto::Cid& cid) { return {cid.multihash().begin(), cid.multihash().end()}; }
  std::map<Bytes, Bytes> blocks_;
};

inline ipfs::ReadResult<Bytes> read_file(const MemoryBlocks& blocks, const crypto::Cid& root,
                                         ipfs::ByteRange range = {}) {
  Bytes out;
  ipfs::FileReader reader(root, range);
  while (const crypto::Cid* wanted = reader.wanted()) {
    const Bytes block = blocks.get(*wanted);
    if (auto given = reader.give(block, [&](ByteView bytes) { append(out, bytes); }); !given) return given.error();
  }
  return out;
}

inline ipfs::ReadResult<std::vector<ipfs::DirectoryEntry>> read_directory(const MemoryBlocks& blocks,
                                                                          const crypto::Cid& root) {
  ipfs::DirectoryReader reader(root);
  while (const crypto::Cid* wanted = reader.wanted()) {
    if (auto given = reader.give(blocks.get(*wanted)); !given) return given.error();
  }
  return reader.entries();
}

inline ipfs::ReadResult<crypto::Cid> resolve(const MemoryBlocks& blocks, const crypto::Cid& root,
                                             std::vector<std::string> names) {
  ipfs::PathResolver resolver({root, std::move(names)});
  while (const crypto::Cid* wanted = resolver.wanted()) {
    if (auto given = resolver.give(blocks.get(*wanted)); !given) return given.error();
  }
  return resolver.target();
}

// The blocks below a root in the order of a CAR.
inline std::vector<crypto::Cid> walk(const MemoryBlocks& blocks, const crypto::Cid& root) {
  std::vector<crypto::Cid> out;
  ipfs::DagWalk walk(root);
  while (const crypto::Cid* wanted = walk.wanted()) {
    out.push_back(*wanted);
    const Bytes block = blocks.get(*wanted);
    if (auto given = walk.give(block); !given) throw std::runtime_error(given.error().text);
  }
  return out;
}

}  // namespace lastmile::test
