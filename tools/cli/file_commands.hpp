// `lastmile file ...`, without the option parser. Each gives the exit status.
#pragma once

#include <string>

#include "tools/cli/session.hpp"

namespace lastmile::tools {

struct CidOptions {
  std::string file;            // or "-"
  int version = 0;             // 0 or 1
  std::string leaves = "raw";  // of version 1: "raw" or "dag-pb"
  bool json = false;
};

// Prints the CID that every Aleph node computes for the file (ipfs.md 7), alone; with json {"cid", "size", "dag_size"}.
int command_file_cid(const CidOptions& options);

struct FileOptions {
  SigningOptions signing;
  std::string file;                // of upload: a file, or a folder
  std::string engine = "storage";  // or "ipfs"; a folder always goes to ipfs
  std::string ref;                 // version group
  std::string hash;                // of pin
};

// Sends the file and a signed STORE that names it; the node's name for it has to be ours.
int command_file_upload(const FileOptions& options);
// A signed STORE for what the network has already.
int command_file_pin(const FileOptions& options);

}  // namespace lastmile::tools
