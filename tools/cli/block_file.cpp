#include "tools/cli/block_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "core/ipfs/directory_reader.hpp"
#include "core/ipfs/file_reader.hpp"
#include "core/ipfs/limits.hpp"

namespace lastmile::tools {
namespace {

namespace fs = std::filesystem;

Bytes key_of(const crypto::Cid& cid) { return {cid.multihash().begin(), cid.multihash().end()}; }

class DagWriter {
 public:
  explicit DagWriter(const BlockFile& blocks) : blocks_(blocks) {}

  Result<Unit> write(const crypto::Cid& cid, const fs::path& out, std::size_t depth) {
    if (depth > ipfs::kDagDepthMax) return Error{out.string() + ": folders nested too deep"};
    const auto block = blocks_.get(cid);
    if (!block) return block.error();
    if (const auto checked = ipfs::check_block(cid, *block); !checked) return Error{checked.error().text};
    const auto node = ipfs::read_fs_node(cid, *block);
    if (!node) return Error{node.error().text};
    switch (node->unixfs.type) {
      case ipfs::UnixFsType::file:
      case ipfs::UnixFsType::raw:
        return file(cid, out);
      case ipfs::UnixFsType::directory:
      case ipfs::UnixFsType::hamt_shard:
        return folder(cid, out, depth);
      case ipfs::UnixFsType::symlink:
      case ipfs::UnixFsType::metadata:
        break;
    }
    return Error{out.string() + ": a symbolic link, which is not written"};
  }

  std::uint64_t bytes() const { return bytes_; }

 private:
  Result<Unit> file(const crypto::Cid& cid, const fs::path& out) {
    const real::Descriptor fd(::open(out.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!fd) return real::file_error("cannot create", out);
    ipfs::FileReader reader(cid);
    Result<Unit> written = Unit{};
    while (const crypto::Cid* wanted = reader.wanted()) {
      const auto block = blocks_.get(*wanted);
      if (!block) return block.error();
      const auto given = reader.give(*block, [&](ByteView piece) {
        bytes_ += piece.size();
        if (written) written = real::write_all(fd.get(), piece, out);
      });
      if (!given) return Error{given.error().text};
      if (!written) return written;
    }
    return Unit{};
  }

  Result<Unit> folder(const crypto::Cid& cid, const fs::path& out, std::size_t depth) {
    std::error_code error;
    if (!fs::create_directory(out, error))
      return Error{out.string() + ": " + (error ? error.message() : "exists already")};
    ipfs::DirectoryReader reader(cid);
    while (const crypto::Cid* wanted = reader.wanted()) {
      const auto block = blocks_.get(*wanted);
      if (!block) return block.error();
      if (const auto given = reader.give(*block); !given) return Error{given.error().text};
    }
    for (const ipfs::DirectoryEntry& entry : reader.entries()) {
      if (entry.name == "." || entry.name == ".." || entry.name.find('\0') != std::string::npos)
        return Error{out.string() + ": an entry whose name is none"};
      if (auto written = write(entry.cid, out / entry.name, depth + 1); !written) return written;
    }
    return Unit{};
  }

  const BlockFile& blocks_;
  std::uint64_t bytes_ = 0;
};

}  // namespace

Result<Unit> BlockFile::put(const crypto::Cid& cid, ByteView block) {
  if (places_.size() == kDownloadedBlocksMax)
    return Error{path_ + ": more than " + std::to_string(kDownloadedBlocksMax) + " blocks"};
  if (!places_.emplace(key_of(cid), Place{end_, block.size()}).second) return Unit{};
  end_ += block.size();
  return real::write_all(fd_.get(), block, path_);
}

Result<Bytes> BlockFile::get(const crypto::Cid& cid) const {
  const auto found = places_.find(key_of(cid));
  if (found == places_.end()) return Error{cid.text() + ": this block did not come"};
  Bytes block(found->second.bytes);
  std::size_t done = 0;
  while (done < block.size()) {
    const ssize_t got =
        ::pread(fd_.get(), block.data() + done, block.size() - done, static_cast<off_t>(found->second.begin + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return real::file_error("cannot read", path_);
    done += static_cast<std::size_t>(got);
  }
  return block;
}

Result<std::uint64_t> write_dag(const BlockFile& blocks, const crypto::Cid& root, const std::string& out) {
  DagWriter writer(blocks);
  if (const auto written = writer.write(root, out, 0); !written) return written.error();
  return writer.bytes();
}

}  // namespace lastmile::tools
