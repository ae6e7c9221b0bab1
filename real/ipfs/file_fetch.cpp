#include "real/ipfs/file_fetch.hpp"

#include <unistd.h>

#include <algorithm>

#include "core/ipfs/car.hpp"
#include "core/ipfs/limits.hpp"

namespace lastmile::real {
namespace {

Bytes multihash_key(const crypto::Cid& cid) { return {cid.multihash().begin(), cid.multihash().end()}; }

// What stands around its content in a block: `content` is a view into it.
BlockPlace around_content(const Bytes& block, ByteView content, std::string file, std::uint64_t offset) {
  BlockPlace place{std::move(file), offset, content.size(), {}, {}};
  const auto before = static_cast<std::ptrdiff_t>(content.data() - block.data());
  place.head.assign(block.begin(), block.begin() + before);
  place.tail.assign(block.begin() + before + static_cast<std::ptrdiff_t>(content.size()), block.end());
  return place;
}

bool anywhere(const std::string&) { return true; }

}  // namespace

FileFetch::FileFetch(Surroundings around, std::string name, crypto::Cid root)
    : around_(std::move(around)),
      name_(std::move(name)),
      root_(std::move(root)),
      session_(around_.client.open(around_.clock.now())),
      reader_(ipfs::FileReader(root_)) {}

FileFetch::~FileFetch() {
  *alive_ = false;
  around_.client.close(session_);
  if (!rows_.empty()) flush_rows();
}

void FileFetch::start(Done done) {
  done_ = std::move(done);
  step();
}

const crypto::Cid* FileFetch::wanted() const {
  return std::visit([](const auto& reader) { return reader.wanted(); }, reader_);
}

void FileFetch::on_block(const crypto::Cid& cid, BlockIndex::Block block) {
  const Bytes key = multihash_key(cid);
  if (asked_.erase(key) == 0) return;
  held_bytes_ += block->size();
  held_.emplace(key, std::move(block));
  step();
}

void FileFetch::step() {
  while (!over_) {
    const crypto::Cid* const next = wanted();
    if (next == nullptr) {
      around_.index.note_complete(rows_, name_);
      flush_rows();
      const bool directory = std::holds_alternative<ipfs::DagWalk>(reader_);
      return end(Fetched{directory ? cumulative_ : written_, directory});
    }
    const crypto::Cid cid = *next;
    if (const auto held = held_.find(multihash_key(cid)); held != held_.end()) {
      const BlockIndex::Block block = std::move(held->second);
      held_bytes_ -= block->size();
      held_.erase(held);
      const auto taken = take(cid, *block);
      if (disk_error_) return end(*disk_error_);
      if (!taken) return end(Error{taken.error().text});
      continue;
    }
    if (reading_) return;
    if (cid.hash_function() == crypto::multihash::kIdentity) {
      held_.emplace(multihash_key(cid), std::make_shared<const Bytes>(cid.digest().begin(), cid.digest().end()));
      held_bytes_ += cid.digest().size();
      continue;
    }
    if (cid.check({}) == crypto::BlockCheck::unverifiable)
      return end(Error{cid.text() + ": named by a hash function that is not supported"});
    if (!asked_.contains(multihash_key(cid)) && read_own(cid)) return;
    ask(cid);
    return ask_ahead();
  }
}

// True: it is being read.
bool FileFetch::read_own(const crypto::Cid& cid) {
  const Bytes key = multihash_key(cid);
  if (unreadable_.contains(key)) return false;
  const auto recent = unflushed_.find(key);
  const auto place = recent != unflushed_.end() ? recent->second : around_.index.find(cid, anywhere);
  if (!place) return false;
  reading_ = true;
  around_.index.read(cid, *place, [this, key, alive = alive_](BlockIndex::Block block) {
    if (!*alive) return;
    reading_ = false;
    if (block == nullptr) {
      unreadable_.insert(key);
    } else if (held_.emplace(key, block).second) {
      held_bytes_ += block->size();
    }
    step();
  });
  return true;
}

void FileFetch::ask(const crypto::Cid& cid) {
  if (asked_.insert(multihash_key(cid)).second) around_.client.want(session_, cid, around_.clock.now());
}

void FileFetch::ask_ahead() {
  const std::size_t sharing = std::max<std::size_t>(1, around_.fetches());
  const std::size_t most = around_.limits.blocks_ahead / sharing;
  if (held_bytes_ > around_.limits.held_bytes / sharing) return;
  for (const crypto::Cid& cid : std::visit([most](const auto& reader) { return reader.ahead(most); }, reader_)) {
    if (asked_.size() > most) return;
    const Bytes key = multihash_key(cid);
    if (asked_.contains(key) || held_.contains(key) || unflushed_.contains(key)) continue;
    if (cid.check({}) == crypto::BlockCheck::unverifiable || cid.hash_function() == crypto::multihash::kIdentity)
      continue;
    if (!unreadable_.contains(key) && around_.index.find(cid, anywhere)) continue;
    ask(cid);
  }
}

// The root says what it is.
void FileFetch::begin(const Bytes& root) {
  begun_ = true;
  auto file = around_.partials.begin(name_);
  if (!file) {
    disk_error_ = file.error();
    return;
  }
  file_ = std::move(*file);
  const auto node = ipfs::read_fs_node(root_, root);
  if (!node) return;  // the reader will say what is wrong with it
  const bool directory =
      node->unixfs.type == ipfs::UnixFsType::directory || node->unixfs.type == ipfs::UnixFsType::hamt_shard;
  if (!directory) return;
  reader_ = ipfs::DagWalk(root_);
  cumulative_ = root.size();
  for (const ipfs::PbLink& link : node->links)  // may be anything; never less than what was said so far
    cumulative_ += std::min(link.tsize, ~std::uint64_t{0} - cumulative_);
  put(ipfs::car_header({root_}));
}

ipfs::ReadResult<Unit> FileFetch::take(const crypto::Cid& cid, const Bytes& block) {
  if (!begun_) begin(block);
  if (disk_error_) return Unit{};
  if (auto* const walk = std::get_if<ipfs::DagWalk>(&reader_)) {
    if (auto given = walk->give(block); !given) return given;
    put(ipfs::car_section_head(cid, block.size()));
    const std::uint64_t offset = written_;
    put(block);
    note(cid, {name_, offset, block.size(), {}, {}});
  } else {
    auto& reader = std::get<ipfs::FileReader>(reader_);
    BlockPlace place{name_, written_, 0, block, {}};
    auto given = reader.give(block, [&](ByteView content) {
      place = around_content(block, content, name_, written_);
      put(content);
    });
    if (!given) return given;
    if (reader.size().value_or(0) > around_.limits.file_bytes)
      return ipfs::Failure{ipfs::FailureKind::limit, name_ + ": larger than this node fetches"};
    note(cid, std::move(place));
  }
  if (written_ > around_.limits.file_bytes)
    return ipfs::Failure{ipfs::FailureKind::limit, name_ + ": larger than this node fetches"};
  return Unit{};
}

void FileFetch::put(ByteView bytes) {
  if (const auto written = PartialFiles::write(file_, written_, bytes); !written) disk_error_ = written.error();
  written_ += bytes.size();
}

void FileFetch::note(const crypto::Cid& cid, BlockPlace place) {
  around_.index.add(rows_, cid, place);
  unflushed_.insert_or_assign(multihash_key(cid), std::move(place));
  if (unflushed_.size() >= kIndexBatch) flush_rows();
}

void FileFetch::flush_rows() {
  around_.disk.commit(std::exchange(rows_, {}), [](const Result<Unit>&) {});  // the disk tells its owner of errors
  unflushed_.clear();
}

void FileFetch::end(Result<Fetched> result) {
  over_ = true;
  held_.clear();
  if (file_ && result.ok() && ::ftruncate(file_.get(), static_cast<off_t>(written_)) != 0)
    result = file_error("cannot cut", around_.partials.path(name_));
  file_.reset();
  auto done = std::move(done_);
  done(std::move(result));
}

}  // namespace lastmile::real
