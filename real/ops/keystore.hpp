// Keys of a node as files under DATA/keys, each 0600. The node refuses a key that others could read.
#pragma once

#include <filesystem>
#include <string>

#include "core/base/result.hpp"
#include "core/crypto/account.hpp"

namespace lastmile::real {

// The node's own ed25519 key: it names the node to its peers and signs the heads of its archives. Money is never paid
// to it; reward keys are separate.
class NodeKey {
 public:
  // keys/node.key: 64 hexadecimal digits and a line end.
  static Result<NodeKey> create(const std::filesystem::path& keys);  // refuses to overwrite
  static Result<NodeKey> load(const std::filesystem::path& keys);

  // base58 of the public key: how peers know this node.
  const std::string& identity() const { return account_.address(); }
  const crypto::Account& account() const { return account_; }

 private:
  explicit NodeKey(crypto::Account account) : account_(std::move(account)) {}
  crypto::Account account_;
};

}  // namespace lastmile::real
