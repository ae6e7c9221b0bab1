// Does what comes have the name that was asked for? Streaming: SHA-256 for a storage hash; for a CID the names that an
// Aleph node may have computed for it (ipfs.md 13).
#pragma once

#include <optional>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/crypto/hash.hpp"
#include "core/ipfs/file_builder.hpp"
#include "core/message/item_hash.hpp"

namespace lastmile::tools {

class ContentCheck {
 public:
  explicit ContentCheck(const message::ItemHash& name);
  void add(ByteView bytes);
  // Once, after the last byte.
  bool finish();

 private:
  message::ItemHash name_;
  std::optional<crypto::Sha256> hash_;         // of a storage hash
  std::vector<ipfs::UnixFsBuilder> builders_;  // one for each profile that may have named it
};

}  // namespace lastmile::tools
