#include "real/storage/migrate.hpp"

#include <rocksdb/utilities/checkpoint.h>

#include <algorithm>
#include <memory>
#include <system_error>

#include "core/base/present.hpp"
#include "core/store/value_check.hpp"
#include "real/env/rocks_reader.hpp"

namespace lastmile::real {
namespace {

using Kind = DataDirError::Kind;

DataDirError failed(const Error& error) { return {Kind::io, error.text}; }

const Migration* migration_from(const std::vector<Migration>& all, std::uint32_t schema) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Migration& one) { return one.from == schema; });
  return found == all.end() ? nullptr : &*found;
}

// Behind which row a migration that was broken off goes on.
Result<std::string> place_of(const env::Reader& reader) {
  const env::Value stored = reader.get(kMigrationKey);
  if (stored == nullptr) return std::string();
  const auto text = store::checked(kMigrationKey, *stored);
  if (!text) return Error{"the row of the migration is damaged"};
  return std::string(text->substr(std::min(text->find('\n'), text->size() - 1) + 1));
}

// One schema onwards. Gives the rows it looked at.
Result<std::uint64_t> take_step(RocksBase& base, const Migration& migration, std::size_t batch_rows,
                                const Cancelled& cancelled) {
  const std::shared_ptr<RocksBase> shared(std::shared_ptr<RocksBase>(), &base);
  const auto place = place_of(RocksReader(shared, false));
  if (!place.ok()) return place.error();
  std::string last = *place;
  std::uint64_t rows = 0;
  for (bool more = true; more;) {
    if (cancelled) return Error{"broken off; db migrate goes on where it stood"};
    const RocksReader reader(shared, true);
    env::Batch batch;
    auto row = reader.seek(last.empty() ? migration.prefix : last + '\0');
    std::size_t here = 0;
    more = false;
    for (; row->valid() && row->key().starts_with(migration.prefix); row->next()) {
      if (row->key() == kSchemaKey || row->key() == kMigrationKey) continue;
      if (here == batch_rows) {
        more = true;
        break;
      }
      if (auto changed = migration.row(row->key(), row->value(), batch); !changed.ok()) return changed.error();
      last = row->key();
      ++here;
    }
    rows += here;
    if (more) {
      put_checked(batch, kMigrationKey, std::to_string(migration.from) + "\n" + last);
    } else {
      batch.remove(std::string(kMigrationKey));
      put_checked(batch, kSchemaKey, std::to_string(migration.from + 1));
    }
    if (auto written = write_durably(base, batch); !written.ok()) return written.error();
    if (auto broken = base.failure.get()) return *broken;
  }
  return rows;
}

// Hard links: costs no room until rows change.
Result<std::filesystem::path> keep_as_it_was(const Storage& storage, std::uint32_t schema) {
  std::error_code code;
  std::filesystem::create_directories(storage.data / "backups", code);
  const auto folder = storage.data / "backups" / ("before-migration-from-" + std::to_string(schema));
  if (!code && std::filesystem::exists(folder)) return folder;  // of an earlier attempt, which changed nothing yet
  rocksdb::Checkpoint* made = nullptr;
  rocksdb::Status status = rocksdb::Checkpoint::Create(storage.base->db.get(), &made);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  if (status.ok()) status = checkpoint->CreateCheckpoint(folder.string());
  if (code || !status.ok()) {
    return Error{"cannot keep the database as it is in " + folder.string() + ": " +
                 (code ? code.message() : status.ToString())};
  }
  return folder;
}

}  // namespace

const std::vector<Migration>& all_migrations() {
  static const std::vector<Migration> none;  // schemas below kSchemaVersion were never in anybody's hands
  return none;
}

Result<Migrated, DataDirError> migrate_storage(const Storage& storage, std::uint32_t version, const MigrationPlan& plan,
                                               const Cancelled& cancelled) {
  const auto state = schema_state(RocksReader(storage.base, false));
  if (!state.ok()) return failed(state.error());
  Migrated done;
  done.from = done.to = state->schema.value_or(version);
  if (done.from > plan.to) return DataDirError{Kind::migration, schema_difference(storage.data, done.from)};
  for (std::uint32_t schema = done.from; schema < plan.to; ++schema) {
    if (migration_from(*plan.migrations, schema) != nullptr) continue;
    return DataDirError{Kind::migration, storage.data.string() + " has schema " + std::to_string(done.from) +
                                             ", and this program knows no way from schema " + std::to_string(schema) +
                                             " onwards: start with a new folder and let it synchronize"};
  }
  if (done.from < plan.to && !state->unfinished) {
    const auto kept = keep_as_it_was(storage, done.from);
    if (!kept.ok()) return failed(kept.error());
    done.before = *kept;
  }
  for (; done.to < plan.to; ++done.to) {
    const auto rows = take_step(*storage.base, *migration_from(*plan.migrations, done.to), plan.batch_rows, cancelled);
    if (!rows.ok()) return failed(rows.error());
    done.rows += *rows;
  }
  if (!state->schema && done.from == plan.to) {
    env::Batch batch;
    put_checked(batch, kSchemaKey, std::to_string(plan.to));
    if (auto written = write_durably(*storage.base, batch); !written.ok()) return failed(written.error());
  }
  if (version != plan.to) {
    if (auto written = write_version(storage.data, plan.to); !written.ok()) return failed(written.error());
  }
  return done;
}

}  // namespace lastmile::real
