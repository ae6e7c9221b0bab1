// `lastmile file ...`, without the option parser. Each gives the exit status.
#pragma once

#include <string>

namespace lastmile::tools {

struct CidOptions {
  std::string file;            // or "-"
  int version = 0;             // 0 or 1
  std::string leaves = "raw";  // of version 1: "raw" or "dag-pb"
  bool json = false;
};

// Prints the CID that every Aleph node computes for the file (ipfs.md 7), alone; with json {"cid", "size", "dag_size"}.
int command_file_cid(const CidOptions& options);

}  // namespace lastmile::tools
