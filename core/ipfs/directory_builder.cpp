#include "core/ipfs/directory_builder.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "core/crypto/hash.hpp"
#include "core/ipfs/dag_pb.hpp"
#include "core/ipfs/limits.hpp"
#include "core/ipfs/shard.hpp"
#include "core/ipfs/unixfs.hpp"

namespace lastmile::ipfs {
namespace {

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kEntryNameBytesMax && name != "." && name != ".." &&
         name.find('/') == std::string_view::npos && name.find('\0') == std::string_view::npos;
}

class Writer {
 public:
  Writer(int version, const DirectorySink& sink) : version_(version), sink_(sink) {}

  UnixFsDirectory flat(std::vector<PbLink> links) const {
    return write(std::move(links), {.type = UnixFsType::directory});
  }

  // Entries sorted by slot at this level are made slot by slot: one entry stays, more become a child.
  Result<UnixFsDirectory> shard(std::span<DirectoryEntry> entries, std::size_t level) const {
    if (level == kShardDepthMax)
      return Error{"\"" + entries.front().name + "\" and \"" + entries.back().name +
                   "\": names with one hash cannot stand in one directory"};
    const auto slot_of = [level](const DirectoryEntry& entry) { return shard_slot(entry.name, level); };
    std::stable_sort(entries.begin(), entries.end(),
                     [&](const auto& a, const auto& b) { return slot_of(a) < slot_of(b); });
    std::array<std::uint8_t, kShardFanout / 8> bits{};  // slot 0 is the lowest bit of the last byte
    std::vector<PbLink> links;
    for (std::size_t begin = 0; begin < entries.size();) {
      const std::size_t slot = slot_of(entries[begin]);
      std::size_t end = begin + 1;
      while (end < entries.size() && slot_of(entries[end]) == slot) ++end;
      bits[bits.size() - 1 - slot / 8] |= static_cast<std::uint8_t>(1U << (slot % 8));
      if (end - begin == 1) {
        const DirectoryEntry& entry = entries[begin];
        links.push_back({entry.cid, shard_prefix(slot) + entry.name, entry.cumulative_size});
      } else {
        const auto child = shard(entries.subspan(begin, end - begin), level + 1);
        if (!child) return child.error();
        links.push_back({child->cid, shard_prefix(slot), child->cumulative_size});
      }
      begin = end;
    }
    ByteView field(bits);
    while (!field.empty() && field.front() == 0) field = field.subspan(1);
    return write(std::move(links),
                 {.type = UnixFsType::hamt_shard, .data = field, .hash_type = kShardHash, .fanout = kShardFanout});
  }

 private:
  UnixFsDirectory write(std::vector<PbLink> links, const UnixFs& unixfs) const {
    const Bytes data = encode_unixfs(unixfs);
    const PbNode node{std::move(links), data};
    const Bytes block = encode_dag_pb(node);
    UnixFsDirectory made;
    const Hash256 digest = crypto::sha256(block);
    made.cid = version_ == 0 ? crypto::Cid::v0(digest) : crypto::Cid::v1(crypto::codec::kDagPb, digest);
    made.cumulative_size = block.size();
    for (const PbLink& link : node.links) made.cumulative_size += link.tsize;
    if (sink_) sink_(made.cid, block);
    return made;
  }

  int version_;
  const DirectorySink& sink_;
};

}  // namespace

Result<UnixFsDirectory> build_directory(int version, std::vector<DirectoryEntry> entries, const DirectorySink& sink) {
  if (entries.size() > kDirectoryEntriesMax)
    return Error{"a directory of more than " + std::to_string(kDirectoryEntriesMax) + " entries"};
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::string& name = entries[i].name;
    if (!is_name(name)) return Error{"\"" + name + "\": not a name that an entry of a directory may have"};
    if (i > 0 && entries[i - 1].name == name) return Error{"\"" + name + "\": twice in one directory"};
    bytes += name.size() + entries[i].cid.bytes().size();
  }
  const Writer writer(version, sink);
  if (bytes > kFlatDirectoryBytesMax) return writer.shard(entries, 0);
  std::vector<PbLink> links;
  links.reserve(entries.size());
  for (DirectoryEntry& entry : entries)
    links.push_back({std::move(entry.cid), std::move(entry.name), entry.cumulative_size});
  return writer.flat(std::move(links));
}

}  // namespace lastmile::ipfs
