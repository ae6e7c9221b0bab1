#include "core/node/own_rows.hpp"

#include "core/base/bytes.hpp"
#include "core/store/value_check.hpp"

namespace lastmile::node {

void put_row(env::Batch& batch, std::string key, std::string value) {
  store::add_check(key, value);
  batch.put(std::move(key), std::move(value));
}

Result<std::string_view> row_value(std::string_view key, std::string_view stored) {
  const auto value = store::checked(key, stored);
  if (!value) return Error{"node: unreadable row under key " + to_hex(as_bytes(key))};
  return *value;
}

Result<std::optional<std::string>> find_row(const env::Reader& disk, std::string_view key) {
  const env::Value stored = disk.get(key);
  if (stored == nullptr) return std::optional<std::string>();
  const auto value = row_value(key, *stored);
  if (!value.ok()) return value.error();
  return std::optional<std::string>(*value);
}

}  // namespace lastmile::node
