#include "real/ipfs/block_index.hpp"

#include "core/ipfs/limits.hpp"
#include "core/node/own_rows.hpp"

namespace lastmile::real {
namespace {

// Rows of our own beside those of the node, which begin with other bytes.
const std::string kBlockPrefix =
    "\xf8"
    "b";  // multihash behind its length, file -> place
const std::string kFilePrefix =
    "\xf8"
    "f";  // file, 0, multihash -> empty; file, 1 -> "complete"

std::string of_block(const crypto::Cid& cid) {
  const ByteView hash = cid.multihash();
  std::string out = kBlockPrefix;
  out.push_back(static_cast<char>(hash.size()));
  out.append(as_text(hash));
  return out;
}
std::string of_file(const std::string& file, char kind) {
  std::string out = kFilePrefix + file;
  out.push_back(kind);
  return out;
}

std::string write_place(const BlockPlace& place) {
  Bytes out;
  crypto::append_varint(out, place.offset);
  crypto::append_varint(out, place.length);
  crypto::append_varint(out, place.head.size());
  append(out, place.head);
  append(out, place.tail);
  return std::string(as_text(out));
}

std::optional<BlockPlace> read_place(std::string_view row, std::string_view file) {
  ByteView rest = as_bytes(row);
  const auto offset = crypto::take_varint(rest);
  const auto length = offset ? crypto::take_varint(rest) : std::nullopt;
  const auto head = length ? crypto::take_varint(rest) : std::nullopt;
  if (!head || *head > rest.size()) return std::nullopt;
  BlockPlace place{std::string(file), *offset, *length, {}, {}};
  place.head.assign(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(*head));
  place.tail.assign(rest.begin() + static_cast<std::ptrdiff_t>(*head), rest.end());
  if (place.length > ipfs::kBlockBytesMax || place.size() > ipfs::kBlockBytesMax) return std::nullopt;
  return place;
}

struct CheckedBlock final : env::JobOutput {
  std::shared_ptr<const Bytes> block;  // null: not that of the name
};

}  // namespace

void BlockIndex::add(env::Batch& batch, const crypto::Cid& cid, const BlockPlace& place) const {
  node::put_row(batch, of_block(cid) + place.file, write_place(place));
  batch.put(of_file(place.file, '\0') + std::string(as_text(cid.multihash())), "");
}

void BlockIndex::note_complete(env::Batch& batch, const std::string& file) const {
  node::put_row(batch, of_file(file, '\1'), "complete");
}

bool BlockIndex::complete(const std::string& file) const {
  const auto row = node::find_row(disk_.latest(), of_file(file, '\1'));
  return row.ok() && *row;
}

bool BlockIndex::forget_some(const std::string& file, std::size_t limit) {
  env::Batch batch;
  batch.remove(of_file(file, '\1'));
  const std::string prefix = of_file(file, '\0');
  bool all = true;
  {
    const auto row = disk_.latest().seek(prefix);
    for (; row->valid() && row->key().starts_with(prefix); row->next()) {
      if (batch.changes.size() >= limit) {
        all = false;
        break;
      }
      const std::string_view hash = row->key().substr(prefix.size());
      std::string block = kBlockPrefix;
      block.push_back(static_cast<char>(hash.size()));
      block.append(hash).append(file);
      batch.remove(std::move(block));
      batch.remove(std::string(row->key()));
    }
  }
  disk_.commit(std::move(batch), [](const Result<Unit>&) {});
  return all;
}

std::optional<std::string> BlockIndex::next_file(const std::string& after) const {
  const auto row = disk_.latest().seek(kFilePrefix + after + "\2");  // behind all rows of `after`
  if (!row->valid() || !row->key().starts_with(kFilePrefix)) return std::nullopt;
  const std::string_view rest = row->key().substr(kFilePrefix.size());
  return std::string(rest.substr(0, rest.find_first_of(std::string_view("\0\1", 2))));
}

std::optional<BlockPlace> BlockIndex::find(const crypto::Cid& cid, const Usable& usable) const {
  constexpr int kFilesLookedAt = 16;  // that have the same block
  const std::string prefix = of_block(cid);
  const auto row = disk_.latest().seek(prefix);
  for (int i = 0; i < kFilesLookedAt && row->valid() && row->key().starts_with(prefix); ++i, row->next()) {
    const std::string_view file = row->key().substr(prefix.size());
    const auto value = node::row_value(row->key(), row->value());
    if (!value.ok() || !usable(std::string(file))) continue;
    if (auto place = read_place(*value, file)) return place;
  }
  return std::nullopt;
}

void BlockIndex::read(const crypto::Cid& cid, const BlockPlace& place, Callback<void(Block)> done) {
  const auto whole = [place](const Bytes& middle) {
    Bytes out = place.head;
    append(out, middle);
    append(out, place.tail);
    return out;
  };
  if (place.length == 0) return check(cid, whole({}), std::move(done));
  if (!disk_.blob_size(place.file)) {
    auto middle = partials_.read(place.file, place.offset, place.length);
    return check(cid, whole(middle.ok() ? *middle : Bytes{}), std::move(done));
  }
  disk_.get_blob({place.file, place.offset, place.length},
                 [this, cid, whole, done = std::move(done), alive = alive_](const Result<Bytes>& middle) mutable {
                   if (!*alive) return;
                   check(cid, whole(middle.ok() ? *middle : Bytes{}), std::move(done));
                 });
}

void BlockIndex::check(const crypto::Cid& cid, Bytes block, Callback<void(Block)> done) {
  env::Job job;
  job.run = [cid, block = std::move(block)]() mutable -> env::JobResult {
    auto output = std::make_shared<CheckedBlock>();
    if (cid.check(block) == crypto::BlockCheck::match) output->block = std::make_shared<const Bytes>(std::move(block));
    return output;
  };
  executor_.submit(env::Lane::hashing, std::move(job), [done = std::move(done)](const env::JobResult& result) mutable {
    done(static_cast<const CheckedBlock&>(*result).block);
  });
}

}  // namespace lastmile::real
