// How this program opens a database, for the node and for what works on its folder while no node runs. Only .cpp files
// include this.
#pragma once

#include <rocksdb/options.h>

#include <cstdint>
#include <memory>

#include "core/base/result.hpp"
#include "real/env/rocks_disk.hpp"
#include "real/env/rocks_reader.hpp"

namespace lastmile::real {

rocksdb::Options database_options(const RocksDiskOptions& ours);

// write: made when missing. change: must be there. read: must be there, nothing of it is changed; what the log holds is
// read into memory.
enum class DatabaseUse : std::uint8_t { write, change, read };
Result<std::shared_ptr<RocksBase>> open_database(const RocksDiskOptions& ours, DatabaseUse use);

}  // namespace lastmile::real
