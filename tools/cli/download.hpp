// Fetching what a hash names, checked before it gets its name.
#pragma once

#include <cstdint>
#include <string>

#include "core/message/item_hash.hpp"
#include "tools/cli/session.hpp"

namespace lastmile::tools {

struct DownloadOptions {
  CommonOptions common;
  std::string hash;
  std::string out;      // file or folder to make; empty: the hash
  std::string gateway;  // IPFS gateway; empty: from the node, as one file
  bool force = false;   // overwrite a file
};

// From the node: one file, by its hash, checked as a whole. From a gateway: any DAG of files and folders, as CAR, block
// by block (ipfs.md 11). Everything goes beside OUT first and is renamed when it was checked: nothing unchecked is ever
// called OUT. Gives the exit status.
int command_file_download(const DownloadOptions& options);

}  // namespace lastmile::tools
