// The schema of a data folder stands in VERSION, which is read before anything is opened, and in the database, which
// goes with the rows when somebody moves them. The database is right when the two differ: a migration ends in it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "core/base/result.hpp"
#include "core/env/disk.hpp"
#include "real/env/data_dir.hpp"
#include "real/storage/storage.hpp"

namespace lastmile::real {

struct SchemaState {
  std::optional<std::uint32_t> schema;      // empty: nothing was written yet, or by a program before the row existed
  std::optional<std::uint32_t> unfinished;  // a migration from this schema was begun
};
Result<SchemaState> schema_state(const env::Reader& reader);

// What a node does with an open database before it uses it: the row is written when it is missing. Error (migration):
// the rows are of another schema than kSchemaVersion, or a migration was broken off.
Result<Unit, DataDirError> settle_schema(RocksBase& base, const std::filesystem::path& data);

// Rows of this room, with the check that every value has.
inline constexpr std::string_view kSchemaKey = "\xffschema";
inline constexpr std::string_view kMigrationKey = "\xffmigration";
void put_checked(env::Batch& batch, std::string_view key, std::string value);
// Atomic and durable when it returns.
Result<Unit> write_durably(RocksBase& base, const env::Batch& batch);
Result<Unit> write_version(const std::filesystem::path& data, std::uint32_t schema);

}  // namespace lastmile::real
