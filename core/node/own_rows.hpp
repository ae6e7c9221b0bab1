// Rows that the links of a node keep beside the tables of the store. Their values end with a check, as the store's do:
// a damaged one is an error, and never another state.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/env/disk.hpp"

namespace lastmile::node {

void put_row(env::Batch& batch, std::string key, std::string value);
// Errors: the bytes are not those that were written; the node must stop.
Result<std::string_view> row_value(std::string_view key, std::string_view stored);
Result<std::optional<std::string>> find_row(const env::Reader& disk, std::string_view key);

}  // namespace lastmile::node
