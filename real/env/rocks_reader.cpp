#include "real/env/rocks_reader.hpp"

#include "core/base/check.hpp"

namespace lastmile::real {
namespace {

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }
std::string_view view(const rocksdb::Slice& bytes) { return {bytes.data(), bytes.size()}; }

class RocksCursor final : public env::Cursor {
 public:
  RocksCursor(std::shared_ptr<RocksBase> base, std::unique_ptr<rocksdb::Iterator> at)
      : base_(std::move(base)), at_(std::move(at)) {
    look();
  }
  bool valid() const override { return at_->Valid(); }
  std::string_view key() const override {
    LM_CHECK(at_->Valid());
    return view(at_->key());
  }
  std::string_view value() const override {
    LM_CHECK(at_->Valid());
    return view(at_->value());
  }
  void next() override {
    LM_CHECK(at_->Valid());
    at_->Next();
    look();
  }
  void previous() override {
    LM_CHECK(at_->Valid());
    at_->Prev();
    look();
  }

 private:
  // An iterator that stops at damage looks like one that reached the end; only its status tells.
  void look() {
    if (!at_->Valid() && !at_->status().ok()) base_->failure.note(at_->status(), "reading");
  }
  std::shared_ptr<RocksBase> base_;
  std::unique_ptr<rocksdb::Iterator> at_;
};

}  // namespace

void FirstFailure::note(const rocksdb::Status& status, std::string_view what) {
  const std::scoped_lock lock(mutex_);
  if (error_.has_value()) return;
  error_ = Error{"database, " + std::string(what) + ": " + status.ToString()};
  happened_.store(true, std::memory_order_release);
}

std::optional<Error> FirstFailure::get() const {
  const std::scoped_lock lock(mutex_);
  return error_;
}

RocksReader::RocksReader(std::shared_ptr<RocksBase> base, bool frozen) : base_(std::move(base)) {
  if (frozen) {
    snapshot_ = base_->db->GetSnapshot();
    LM_CHECK(snapshot_ != nullptr);
  }
}

RocksReader::~RocksReader() {
  if (snapshot_ != nullptr) base_->db->ReleaseSnapshot(snapshot_);
}

rocksdb::ReadOptions RocksReader::options() const {
  rocksdb::ReadOptions out;
  out.snapshot = snapshot_;
  return out;
}

env::Value RocksReader::get(std::string_view key) const {
  auto value = std::make_shared<std::string>();
  const rocksdb::Status status = base_->db->Get(options(), base_->db->DefaultColumnFamily(), slice(key), value.get());
  if (status.ok()) return value;
  if (!status.IsNotFound()) base_->failure.note(status, "reading");
  return nullptr;
}

std::unique_ptr<env::Cursor> RocksReader::seek(std::string_view key) const {
  std::unique_ptr<rocksdb::Iterator> at(base_->db->NewIterator(options()));
  at->Seek(slice(key));
  return std::make_unique<RocksCursor>(base_, std::move(at));
}

std::unique_ptr<env::Cursor> RocksReader::seek_before(std::string_view key) const {
  std::unique_ptr<rocksdb::Iterator> at(base_->db->NewIterator(options()));
  at->SeekForPrev(slice(key));  // last key <= key
  if (at->Valid() && view(at->key()) == key) at->Prev();
  return std::make_unique<RocksCursor>(base_, std::move(at));
}

}  // namespace lastmile::real
