// Blocks of IPFS as the gateway sees them: who has them is not known here.
#pragma once

#include <memory>

#include "core/base/bytes.hpp"
#include "core/base/callback.hpp"
#include "core/crypto/cid.hpp"

namespace lastmile::http {

class BlockSource {
 public:
  virtual ~BlockSource() = default;
  // Whole, and hashed to this name; null: not here. On the node's loop, later.
  using Block = std::shared_ptr<const Bytes>;
  virtual void block(const crypto::Cid& cid, Callback<void(Block)> done) = 0;
};

}  // namespace lastmile::http
