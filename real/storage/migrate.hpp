// Forward migrations: each makes schema n + 1 of schema n, row by row, in batches. A batch and how far it got become
// durable together, so that a migration that was broken off, also by kill -9, goes on where it stood
// (docs/decisions/0271).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/env/disk.hpp"
#include "real/storage/schema.hpp"

namespace lastmile::real {

struct Migration {
  std::uint32_t from = 0;
  std::string about;   // for people: "messages know their size"
  std::string prefix;  // of the rows it looks at; empty = all
  // What becomes of one row, as changes. They may replace or remove this row, and write rows at or below it or outside
  // of `prefix`: what is written above it in `prefix` would be seen again. Values as they lie on the disk.
  // Error: a row that cannot be read; the migration stops there.
  std::function<Result<Unit>(std::string_view key, std::string_view value, env::Batch& changes)> row;
};

// Those of this program, by `from`.
const std::vector<Migration>& all_migrations();

struct MigrationPlan {
  std::uint32_t to = kSchemaVersion;
  std::size_t batch_rows = 10'000;
  const std::vector<Migration>* migrations = &all_migrations();
};
struct Migrated {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::uint64_t rows = 0;        // looked at, by this call
  std::filesystem::path before;  // a copy of the database as it was, of hard links; empty: nothing had to be done
};
// `version`: what VERSION says. Errors: migration (there is no way from that schema, or it is a newer one), io
// (also: cancelled; it can be called again).
Result<Migrated, DataDirError> migrate_storage(const Storage& storage, std::uint32_t version, const MigrationPlan& plan,
                                               const Cancelled& cancelled);

}  // namespace lastmile::real
