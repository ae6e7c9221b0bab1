#include "real/ipfs/file_indexer.hpp"

#include <algorithm>

namespace lastmile::real {

// Used by the loop and a job in turn, never by both.
struct FileIndexer::Work {
  std::string file;
  crypto::Cid root;
  std::uint64_t size = 0;
  std::uint64_t read = 0;
  ipfs::UnixFsProfile profile = ipfs::UnixFsProfile::v0;
  std::unique_ptr<ipfs::UnixFsBuilder> builder;
  std::uint64_t cut = 0;                                   // bytes that are in leaves
  std::vector<std::pair<crypto::Cid, BlockPlace>> blocks;  // since the last commit
  std::optional<crypto::Cid> result;

  void on_block(const crypto::Cid& cid, ByteView block) {
    BlockPlace place{file, cut, 0, {block.begin(), block.end()}, {}};
    const auto node = ipfs::read_fs_node(cid, block);
    if (node.ok() && node->links.empty()) {  // a leaf
      const ByteView content = node->unixfs.data.value_or(ByteView{});
      const auto before = content.empty() ? 0 : static_cast<std::size_t>(content.data() - block.data());
      if (!content.empty()) {
        const ByteView tail = block.subspan(before + content.size());
        place = {file,
                 cut,
                 content.size(),
                 {block.begin(), block.begin() + static_cast<std::ptrdiff_t>(before)},
                 {tail.begin(), tail.end()}};
      }
      cut += content.size();
    }
    blocks.emplace_back(cid, std::move(place));
  }
};

bool FileIndexer::add(const std::string& file, Callback<void()> done) {
  if (hopeless_.contains(file)) return false;
  const auto known = std::ranges::find(waiting_, file, &Waiting::file);
  if (known != waiting_.end()) {
    known->done.push_back(std::move(done));
    return true;
  }
  const auto root = crypto::Cid::parse(file);
  if (waiting_.size() >= limits_.index_queue || !root || root->codec() != crypto::codec::kDagPb) return false;
  waiting_.emplace_back().file = file;
  waiting_.back().done.push_back(std::move(done));
  next();
  return true;
}

void FileIndexer::next() {
  if (busy_ || waiting_.empty()) return;
  busy_ = true;
  auto work = std::make_shared<Work>();
  work->file = waiting_.front().file;
  work->root = crypto::Cid::parse(work->file).value_or(crypto::Cid());
  work->size = disk_.blob_size(work->file).value_or(0);
  // In profile v1 a file of one chunk has no name of this kind.
  const bool small = work->size <= ipfs::kUnixFsChunkBytes;
  begin(work, work->root.version() == 0 ? ipfs::UnixFsProfile::v0
              : small                   ? ipfs::UnixFsProfile::v1_dagpb
                                        : ipfs::UnixFsProfile::v1);
}

void FileIndexer::begin(const std::shared_ptr<Work>& work, ipfs::UnixFsProfile profile) {
  work->profile = profile;
  work->read = work->cut = 0;
  work->builder = std::make_unique<ipfs::UnixFsBuilder>(
      profile, [raw = work.get()](const crypto::Cid& cid, ByteView block) { raw->on_block(cid, block); });
  piece(work);
}

void FileIndexer::piece(const std::shared_ptr<Work>& work) {
  const std::uint64_t length = std::min(kIndexPiece, work->size - work->read);
  disk_.get_blob({work->file, work->read, length}, [this, work, alive = alive_](Result<Bytes> bytes) {
    if (!*alive) return;
    if (!bytes.ok() || (bytes->empty() && work->read < work->size)) return finish();  // it has gone
    work->read += bytes->size();
    const bool last = work->read >= work->size;
    env::Job job;
    job.run = [work, last, part = std::move(*bytes)]() -> env::JobResult {
      work->builder->add(part);
      if (last) work->result = work->builder->finish().cid;
      return std::make_shared<const env::JobOutput>();
    };
    executor_.submit(env::Lane::hashing, std::move(job), [this, work, last, alive](const env::JobResult&) {
      if (*alive) took(work, last);
    });
  });
}

void FileIndexer::took(const std::shared_ptr<Work>& work, bool last) {
  const bool right = last && work->result == work->root;
  if (last && !right) {
    work->blocks.clear();
    while (!index_.forget_some(work->file, kIndexBatch)) {
    }
    if (work->profile == ipfs::UnixFsProfile::v1) return begin(work, ipfs::UnixFsProfile::v1_dagpb);
    if (hopeless_.size() < limits_.remembered) hopeless_.insert(work->file);
    return finish();
  }
  env::Batch batch;
  for (const auto& [cid, place] : work->blocks) index_.add(batch, cid, place);
  if (right) index_.note_complete(batch, work->file);
  disk_.commit(std::move(batch), [](const Result<Unit>&) {});
  work->blocks.clear();
  if (last) return finish();
  piece(work);
}

void FileIndexer::finish() {
  busy_ = false;
  auto done = std::move(waiting_.front().done);
  waiting_.pop_front();
  for (auto& each : done) each();
  next();
}

}  // namespace lastmile::real
