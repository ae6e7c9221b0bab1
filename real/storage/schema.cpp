#include "real/storage/schema.hpp"

#include <rocksdb/write_batch.h>

#include <charconv>
#include <memory>

#include "core/store/value_check.hpp"
#include "real/env/rocks_reader.hpp"

namespace lastmile::real {
namespace {

// A decimal number at the start of a row; a migration has the last key behind it.
Result<std::optional<std::uint32_t>> number_at(const env::Reader& reader, std::string_view key) {
  const env::Value stored = reader.get(key);
  if (stored == nullptr) return std::optional<std::uint32_t>();
  const auto text = store::checked(key, *stored);
  std::uint32_t number = 0;
  if (text) {
    const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (failed == std::errc{} && (end == text->data() + text->size() || *end == '\n')) return std::optional(number);
  }
  return Error{"the database does not say which schema it has: the row " + std::string(key.substr(1)) + " is damaged"};
}

}  // namespace

Result<SchemaState> schema_state(const env::Reader& reader) {
  const auto schema = number_at(reader, kSchemaKey);
  if (!schema.ok()) return schema.error();
  const auto unfinished = number_at(reader, kMigrationKey);
  if (!unfinished.ok()) return unfinished.error();
  return SchemaState{*schema, *unfinished};
}

void put_checked(env::Batch& batch, std::string_view key, std::string value) {
  store::add_check(key, value);
  batch.put(std::string(key), std::move(value));
}

Result<Unit> write_durably(RocksBase& base, const env::Batch& batch) {
  rocksdb::WriteBatch changes;
  for (const env::Batch::Change& change : batch.changes) {
    const rocksdb::Status added =
        change.value == nullptr ? changes.Delete(change.key) : changes.Put(change.key, *change.value);
    if (!added.ok()) return Error{"database: " + added.ToString()};
  }
  rocksdb::WriteOptions options;
  options.sync = true;
  const rocksdb::Status written = base.db->Write(options, &changes);
  if (!written.ok()) return Error{"database: " + written.ToString()};
  return Unit{};
}

Result<Unit> write_version(const std::filesystem::path& data, std::uint32_t schema) {
  return write_file_durably(data / "VERSION", std::to_string(schema) + "\n");
}

Result<Unit, DataDirError> settle_schema(RocksBase& base, const std::filesystem::path& data) {
  using Kind = DataDirError::Kind;
  const std::shared_ptr<RocksBase> shared(std::shared_ptr<RocksBase>(), &base);
  const auto state = schema_state(RocksReader(shared, false));
  if (!state.ok()) return DataDirError{Kind::io, state.error().text};
  if (state->unfinished) {
    return DataDirError{Kind::migration, data.string() + ": a migration from schema " +
                                             std::to_string(*state->unfinished) +
                                             " was begun and is not finished: go on with db migrate"};
  }
  if (state->schema && *state->schema != kSchemaVersion) {
    return DataDirError{Kind::migration, schema_difference(data, *state->schema)};
  }
  if (state->schema) return Unit{};
  env::Batch batch;
  put_checked(batch, kSchemaKey, std::to_string(kSchemaVersion));
  if (auto written = write_durably(base, batch); !written.ok()) return DataDirError{Kind::io, written.error().text};
  return Unit{};
}

}  // namespace lastmile::real
