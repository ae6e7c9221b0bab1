// Keys of a node as files under DATA/keys, each 0600. The node refuses a key that others could read.
#pragma once

#include <filesystem>
#include <string>

#include "core/base/result.hpp"
#include "core/crypto/account.hpp"
#include "real/p2p/wire/key.hpp"

namespace lastmile::real {

// The node's own ed25519 key: it names the node to its peers and signs the heads of its archives. Money is never paid
// to it; reward keys are separate.
class NodeKey {
 public:
  // keys/node.key: 64 hexadecimal digits and a line end.
  static Result<NodeKey> create(const std::filesystem::path& keys);  // refuses to overwrite
  static Result<NodeKey> load(const std::filesystem::path& keys);

  // The peer id: how peers know this node.
  std::string identity() const { return p2p_key_->peer_id().text(); }
  const crypto::Account& account() const { return account_; }
  // What proves it. The same key, unless keys/p2p.key brings another one along: a private key of libp2p in protobuf
  // form, as an operator has who keeps the peer id of another program.
  const std::shared_ptr<const p2p::PrivateKey>& p2p_key() const { return p2p_key_; }

 private:
  NodeKey(crypto::Account account, p2p::PrivateKey p2p_key)
      : account_(std::move(account)), p2p_key_(std::make_shared<const p2p::PrivateKey>(std::move(p2p_key))) {}
  crypto::Account account_;
  std::shared_ptr<const p2p::PrivateKey> p2p_key_;
};

}  // namespace lastmile::real
