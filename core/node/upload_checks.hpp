// Files that clients hand in: compared with their names off the loop, a publication at a time in order.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.hpp"
#include "core/env/disk.hpp"
#include "core/message/item_hash.hpp"
#include "core/node/hashing_jobs.hpp"
#include "core/node/limits.hpp"

namespace lastmile::node {

// A file that comes with a message, as an upload does.
struct Upload {
  message::ItemHash file;
  std::string bytes;
};

class UploadChecks {
 public:
  using File = std::pair<message::ItemHash, env::Value>;
  using Files = std::vector<File>;
  using Done = Callback<void(Result<Files>)>;  // error: which bytes are not those of their name

  UploadChecks(HashingJobs& jobs, const Limits& limits) : jobs_(jobs), limits_(limits) {
    jobs_.reserve(limits.upload_checks);
  }

  // Is there room for these? One publication of any size in bytes always finds it.
  bool has_room(const std::vector<Upload>& uploads) const;
  // Not empty, and there is room. done comes later, once.
  void check(std::vector<Upload> uploads, Done done);

 private:
  struct Publication;

  HashingJobs& jobs_;
  const Limits& limits_;
  std::size_t files_ = 0;  // being checked
  std::size_t bytes_ = 0;  // of them
};

}  // namespace lastmile::node
