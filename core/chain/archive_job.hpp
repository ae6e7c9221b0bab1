// Reading and writing an archive as jobs for the executor (lane hashing): up to 100 MiB of text at once are no work for
// a node's loop.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/chain/archive.hpp"
#include "core/env/disk.hpp"
#include "core/env/executor.hpp"

namespace lastmile::chain {

using SharedArchive = std::shared_ptr<const ArchiveContent>;

// CPU time on the reference machine (docs/decisions/0113).
Duration archive_reading_cost(std::size_t bytes);
Duration archive_writing_cost(std::size_t bytes);

// parse_archive. The bytes are known to have this name, which therefore stands for them in the key of the job.
env::Job archive_reading_job(const message::ItemHash& name, env::Value bytes, bool tombstones);
Result<SharedArchive> archive_read(const env::JobResult& result);

struct ArchiveOrder {
  std::vector<std::shared_ptr<const message::Envelope>> messages;  // in this order, never null
  ArchiveWriter::Limits limits;
  ArchiveNaming naming = ArchiveNaming::cid_v0;
};
struct WrittenArchive final : env::JobOutput {
  message::ItemHash name;
  std::string text;
  std::size_t messages = 0;  // so many from the front are in it; the others found no room
};
std::shared_ptr<const WrittenArchive> write_archive(const ArchiveOrder& order);
env::Job archive_writing_job(ArchiveOrder order);
std::shared_ptr<const WrittenArchive> archive_written(const env::JobResult& result);

}  // namespace lastmile::chain
