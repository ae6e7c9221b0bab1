// The keys of a node by name, as files DATA/keys/NAME.key: `node` names it to its peers, others are its operator's own
// (for rewards, for instance). All are ed25519, 32 secret bytes.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/crypto/account.hpp"

namespace lastmile::real {

inline constexpr std::size_t kKeyNameMax = 64;

// Letters, digits, '-' and '_'.
bool key_name_ok(std::string_view name);

// A key as somebody hands it in: 64 hexadecimal digits, or the bytes of libp2p's protobuf (an ed25519 private key), raw
// or as base64. Error: neither, or a key of another kind, which is named.
Result<crypto::PrivateKey> parse_key(std::string_view text);

enum class KeyFormat : std::uint8_t { hex, libp2p };  // libp2p: the protobuf, as base64
std::string write_key(const crypto::PrivateKey& key, KeyFormat format);

class KeyFiles {
 public:
  explicit KeyFiles(std::filesystem::path keys) : keys_(std::move(keys)) {}

  // Durable when it returns; never overwrites. Gives the address.
  Result<std::string> add(std::string_view name, const crypto::PrivateKey& key) const;
  Result<std::string> make(std::string_view name) const;
  Result<crypto::PrivateKey> load(std::string_view name) const;  // refuses a file that others can read
  Result<std::vector<std::string>> names() const;                // sorted
  std::filesystem::path file(std::string_view name) const { return keys_ / (std::string(name) + ".key"); }

  static std::string address(const crypto::PrivateKey& key);  // base58 of the public key
  static std::string peer_id(const crypto::PrivateKey& key);  // how peers know a node with this key

 private:
  std::filesystem::path keys_;
};

}  // namespace lastmile::real
