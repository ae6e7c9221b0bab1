#include <rocksdb/sst_file_reader.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <system_error>
#include <vector>

#include "core/gossip/content.hpp"
#include "core/store/consistency.hpp"
#include "real/env/blob_files.hpp"
#include "real/env/rocks_reader.hpp"
#include "real/storage/storage.hpp"

namespace lastmile::real {
namespace {

constexpr std::uint64_t kCheckedBlobMax = std::uint64_t{1} << 30;  // bytes in memory at once

class BlobCheck {
 public:
  BlobCheck(const Storage& storage, Depth depth) : files_(storage.data / "blobs"), depth_(depth) {}

  // A record leads to its bytes.
  void file(const store::KnownFile& known, store::Consistency& found) {
    if (!known.local || known.directory) return;
    ++local;
    const std::string& name = known.file.text();
    const auto size = files_.size(name);
    if (!size) return found.add("file " + name + " is at hand and its bytes are not there");
    bytes += *size;
    if (*size != known.bytes) {
      return found.add("file " + name + " has " + std::to_string(*size) + " bytes, noted are " +
                       std::to_string(known.bytes));
    }
    if (depth_ == Depth::sizes) return;
    const auto content = files_.get({.name = name}, kCheckedBlobMax);
    if (!content.ok()) return found.add(content.error().text);
    if (!gossip::content_matches({gossip::ContentKind::bytes, known.file}, *content)) {
      found.add("file " + name + " has bytes that are not those of its name");
    }
  }

  // Bytes lead to a record. It comes to the disk before them, so the newest state is asked.
  Result<Unit> unknown(const Storage& storage, store::Consistency& found, const Cancelled& cancelled) {
    const RocksReader latest(storage.base, false);
    std::optional<Error> damage;
    auto walked = BlobFiles::each(storage.data / "blobs", [&](const std::string& name) {
      ++blobs;
      const auto hash = message::ItemHash::parse(name);
      const auto known = hash ? store::knows_file(latest, *hash) : Result<bool>(false);
      if (!known.ok()) damage = known.error();
      if (known.ok() && !*known && files_.size(name)) found.add("nothing knows the file " + name);
      return known.ok() && !cancelled;
    });
    if (damage) return *damage;
    return walked;
  }

  std::uint64_t local = 0;
  std::uint64_t bytes = 0;
  std::uint64_t blobs = 0;

 private:
  BlobFiles files_;
  Depth depth_;
};

// The sums of all blocks of all tables, also of those that no row leads to. A table that was merged away meanwhile is
// none of ours.
void check_tables(const Storage& storage, store::Consistency& found, const Cancelled& cancelled) {
  rocksdb::DB& db = *storage.base->db;
  std::vector<rocksdb::LiveFileMetaData> tables;
  db.GetLiveFilesMetaData(&tables);
  for (const rocksdb::LiveFileMetaData& table : tables) {
    if (cancelled) return;
    const std::string path = table.db_path + table.name;
    rocksdb::SstFileReader reader(db.GetOptions());
    rocksdb::Status status = reader.Open(path);
    if (status.ok()) status = reader.VerifyChecksum();
    std::error_code code;
    if (!status.ok() && std::filesystem::exists(path, code)) found.add("table " + path + ": " + status.ToString());
  }
}

}  // namespace

Result<nlohmann::json> check_storage(const Storage& storage, Depth depth, const Cancelled& cancelled) {
  const RocksReader reader(storage.base, true);
  BlobCheck blobs(storage, depth);
  std::vector<store::KnownFile> files;
  store::Consistency found = store::check_consistency(
      reader, storage.options, [&](const store::KnownFile& known) { files.push_back(known); },
      [&] { return !cancelled; });
  for (const store::KnownFile& known : files) {
    if (cancelled) break;
    blobs.file(known, found);
  }
  if (auto walked = blobs.unknown(storage, found, cancelled); !walked.ok()) found.add(walked.error().text);
  check_tables(storage, found, cancelled);
  if (const auto broken = storage.base->failure.get()) found.add(broken->text);
  if (cancelled) return Error{"the check was broken off"};
  return nlohmann::json{{"fine", found.problem_count == 0},
                        {"rows", found.rows},
                        {"messages", found.messages},
                        {"held", found.held},
                        {"state_sum", found.state_sum.big_endian().hex()},
                        {"files", found.files},
                        {"files_at_hand", blobs.local},
                        {"blobs", blobs.blobs},
                        {"blob_bytes", blobs.bytes},
                        {"hashed", depth == Depth::hashes},
                        {"problem_count", found.problem_count},
                        {"problems", found.problems}};
}

}  // namespace lastmile::real
