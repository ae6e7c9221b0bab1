#include "core/store/consistency.hpp"

#include <memory>
#include <optional>
#include <utility>

#include "core/base/bytes.hpp"
#include "core/store/files.hpp"
#include "core/store/layout.hpp"
#include "core/store/reading.hpp"
#include "core/store/status.hpp"
#include "core/store/store.hpp"
#include "core/store/value_check.hpp"

namespace lastmile::store {
namespace {

constexpr std::uint64_t kRowsBetweenLooks = 4096;
constexpr std::uint64_t kSecondsOfHour = 3600;

// What was stored, for a Store that only reads.
class FrozenDisk final : public env::Disk {
 public:
  explicit FrozenDisk(const env::Reader& reader) : reader_(reader) {}
  const env::Reader& latest() const override { return reader_; }
  std::shared_ptr<const env::Reader> snapshot() const override {
    return {std::shared_ptr<const env::Reader>(), &reader_};
  }
  void commit(env::Batch, env::Done<Unit> done) override { done(refused()); }
  void put_blob(std::string, Bytes, env::Done<Unit> done) override { done(refused()); }
  void get_blob(env::ContentRange, env::Done<Bytes> done) override { done(refused()); }
  void remove_blob(std::string, env::Done<Unit> done) override { done(refused()); }
  std::optional<std::uint64_t> blob_size(std::string_view) const override { return std::nullopt; }

 private:
  static Error refused() { return Error{"nothing is written here"}; }
  const env::Reader& reader_;
};

class ConsistencyCheck {
 public:
  ConsistencyCheck(const env::Reader& disk, const StoreOptions& options, Callback<void(const KnownFile&)> file,
                   Callback<bool()> going_on)
      : disk_(disk), source_(disk), options_(options), file_(std::move(file)), going_on_(std::move(going_on)) {}

  Consistency run() {
    try {
      if (!values()) return std::move(found_);  // nothing can be said about rows that are not what was written
      const Stored stored = source_.get(Key(Table::meta).text());
      const auto meta = stored == nullptr ? std::optional<Meta>(Meta{}) : read_meta(*stored);
      if (!meta) Source::damaged(Key(Table::meta).text());
      messages();
      envelopes();
      held(*meta);
      pins();
      files(*meta);
      graces();
      state(*meta);
    } catch (const Damage& damage) {
      found_.add(damage.error.text);
    } catch (const Ended&) {
      found_.add("the check was ended before it had seen everything");
    }
    return std::move(found_);
  }

 private:
  struct Ended {};
  void step() {
    if (++steps_ % kRowsBetweenLooks == 0 && !going_on_()) throw Ended{};
  }
  template <class Visit>
  void each_row(Table table, Visit visit) {
    for (Scan scan = source_.scan(Key(table).text()); scan.valid(); scan.next()) {
      step();
      visit(scan);
    }
  }

  bool values() {
    for (auto row = disk_.seek({}); row->valid(); row->next()) {
      step();
      ++found_.rows;
      if (!checked(row->key(), row->value())) {
        found_.add("the value under key " + to_hex(as_bytes(row->key())) + " is not what was written");
      }
    }
    return found_.problem_count == 0;
  }

  void messages() {
    each_row(Table::entry, [this](const Scan& scan) {
      const auto entry = read_entry(scan.value());
      if (!entry) Source::damaged(scan.key());
      const message::ItemHash hash = hash_at(scan.key(), 1);
      ++found_.messages;
      if (entry->authentic && !source_.has(keys::of_hash(Table::envelope, hash))) {
        found_.add("message " + hash.text() + " has no envelope");
      }
      if (!entry->live() || entry->type != message::Type::STORE) return;
      if (!entry->file) {
        found_.add("STORE " + hash.text() + " names no file");
      } else if (Key pin(Table::pin); !source_.has(pin.hash(*entry->file).hash(hash).byte(kMessagePin).text())) {
        found_.add("STORE " + hash.text() + " does not own its file " + entry->file->text());
      }
    });
  }

  void envelopes() {
    each_row(Table::envelope, [this](const Scan& scan) {
      const message::ItemHash hash = hash_at(scan.key(), 1);
      if (!source_.has(keys::of_hash(Table::entry, hash))) found_.add("envelope " + hash.text() + " has no record");
    });
  }

  void held(const Meta& meta) {
    HourSum total;
    HourSum hour;
    std::optional<std::uint64_t> number;
    const auto end_hour = [&] {
      if (!number) return;
      Key key(Table::held_hour);
      const auto kept = load<HourSum>(source_, key.big40(*number).take(), read_hour);
      if (!kept || kept->count != hour.count || kept->sum.number() != hour.sum.number()) {
        found_.add("the sum of hour " + std::to_string(*number) + " is not that of its messages");
      }
      hour = {};
    };
    each_row(Table::held, [&](const Scan& scan) {
      std::string_view rest = scan.key().substr(1);
      const auto second = take_big40(rest);
      const auto hash = second ? take_hash(rest) : std::nullopt;
      if (!hash) Source::damaged(scan.key());
      if (number != *second / kSecondsOfHour) end_hour();
      number = *second / kSecondsOfHour;
      const Sum256 value = held_value(*hash);
      ++hour.count;
      hour.sum += value;
      ++total.count;
      total.sum += value;
      if (!source_.has(keys::of_hash(Table::entry, *hash))) {
        found_.add("held message " + hash->text() + " has no record");
      }
    });
    end_hour();
    found_.held = total.count;
    if (total.count != meta.held.count || total.sum.number() != meta.held.sum.number()) {
      found_.add("the sum of what is held is not that of its messages");
    }
  }

  void pins() {
    each_row(Table::pin, [this](const Scan& scan) {
      std::string_view rest = scan.key().substr(1);
      const auto file = take_hash(rest);
      const auto by = file ? take_hash(rest) : std::nullopt;
      if (!by || rest.size() != 1) Source::damaged(scan.key());
      if (rest[0] != kMessagePin) return;
      const auto entry = load_entry(source_, *by);
      if (!entry || !entry->live() || entry->type != message::Type::STORE || entry->file != *file) {
        found_.add("file " + file->text() + " is owned by " + by->text() + ", which is no live STORE of it");
      } else if (options_.files && !source_.has(keys::of_hash(Table::file, *file))) {
        found_.add("file " + file->text() + " of STORE " + by->text() + " has no record");
      }
    });
  }

  void files(const Meta& meta) {
    std::uint64_t unowned = 0;
    each_row(Table::file, [&](const Scan& scan) {
      const auto record = read_file(scan.value());
      if (!record) Source::damaged(scan.key());
      const message::ItemHash file = hash_at(scan.key(), 1);
      ++found_.files;
      unowned += record->unowned_bytes();
      if (record->grace && !source_.has(keys::of_time(Table::file_grace, *record->grace, file))) {
        found_.add("file " + file.text() + " has a grace that never ends");
      }
      if (!record->grace && !has_pin(file)) found_.add("file " + file.text() + " has neither an owner nor a grace");
      file_({file, record->bytes, record->local, record->directory});
    });
    if (unowned != meta.unowned_bytes) {
      found_.add("files that nobody owns have " + std::to_string(unowned) + " bytes, noted are " +
                 std::to_string(meta.unowned_bytes));
    }
  }

  bool has_pin(const message::ItemHash& file) const {
    for (Scan scan = source_.scan(keys::of_hash(Table::pin, file)); scan.valid(); scan.next()) {
      if (scan.key().back() != kClaim) return true;
    }
    return false;
  }

  void graces() {
    each_row(Table::file_grace, [this](const Scan& scan) {
      const TimedHash end = timed_hash_at(scan.key(), 1);
      if (file_record(source_, end.hash).grace != end.time) {
        found_.add("a grace of file " + end.hash.text() + " is not that of its record");
      }
    });
  }

  void state(const Meta& meta) {
    FrozenDisk frozen(disk_);
    const auto store = Store::open(frozen, options_);
    if (!store.ok()) return found_.add(store.error().text);
    const auto sum = (*store)->recomputed_state_sum();
    if (!sum.ok()) return found_.add(sum.error().text);
    found_.state_sum = *sum;
    if (*sum != meta.state.number()) found_.add("the sum of the state is not that of its entries");
  }

  const env::Reader& disk_;
  const Source source_;
  const StoreOptions& options_;
  Callback<void(const KnownFile&)> file_;
  Callback<bool()> going_on_;
  std::uint64_t steps_ = 0;
  Consistency found_;
};

}  // namespace

Consistency check_consistency(const env::Reader& disk, const StoreOptions& options,
                              Callback<void(const KnownFile&)> file, Callback<bool()> going_on) {
  return ConsistencyCheck(disk, options, std::move(file), std::move(going_on)).run();
}

Result<bool> knows_file(const env::Reader& disk, const message::ItemHash& file) {
  return guarded([&] { return Source(disk).has(keys::of_hash(Table::file, file)); });
}

Result<Fingerprint> fingerprint(const env::Reader& disk) {
  return guarded([&] {
    const std::string key = Key(Table::meta).text();
    const Meta meta = load<Meta>(Source(disk), key, read_meta).value_or(Meta{});
    return Fingerprint{meta.held.count, meta.state.number()};
  });
}

Result<Unit> each_file(const env::Reader& disk, Callback<void(const KnownFile&)> file) {
  return guarded([&] {
    const Source source(disk);
    for (Scan scan = source.scan(Key(Table::file).text()); scan.valid(); scan.next()) {
      const auto record = read_file(scan.value());
      if (!record) Source::damaged(scan.key());
      file({hash_at(scan.key(), 1), record->bytes, record->local, record->directory});
    }
    return Unit{};
  });
}

}  // namespace lastmile::store
