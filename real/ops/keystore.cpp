#include "real/ops/keystore.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "real/env/os_random.hpp"
#include "real/env/posix_file.hpp"

namespace lastmile::real {
namespace {

constexpr std::size_t kKeyFileBytesMax = 256;
constexpr std::size_t kP2pKeyBytesMax = 8192;

std::filesystem::path key_file(const std::filesystem::path& keys) { return keys / "node.key"; }

crypto::Account account_of(const crypto::PrivateKey& key) {
  return crypto::Account::from_private_key(crypto::Chain::SOL, key);  // ed25519, address = base58 of the public key
}

// A secret that nobody else can read.
Result<std::string> read_secret(const std::filesystem::path& path, std::size_t bytes_max) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return file_error("cannot look at", path);
  if ((info.st_mode & 0077) != 0) {
    return Error{path.string() + " can be read by others: chmod 600 it, and think about who has read it"};
  }
  return read_file(path, bytes_max);
}

Result<p2p::PrivateKey> p2p_key_of(const std::filesystem::path& keys, const crypto::PrivateKey& key) {
  const auto path = keys / "p2p.key";
  if (!std::filesystem::exists(path)) return p2p::PrivateKey::from_ed25519_seed(key);
  auto text = read_secret(path, kP2pKeyBytesMax);
  if (!text.ok()) return std::move(text).error();
  auto parsed = p2p::PrivateKey::parse(as_bytes(*text));
  std::fill(text->begin(), text->end(), '\0');
  if (!parsed)
    return Error{path.string() + ": expected a private key of libp2p in protobuf form (Ed25519, RSA, secp256k1)"};
  return *std::move(parsed);
}

}  // namespace

Result<NodeKey> NodeKey::create(const std::filesystem::path& keys) {
  const auto path = key_file(keys);
  if (std::filesystem::exists(path)) return Error{path.string() + " exists already; a key is never overwritten"};
  crypto::PrivateKey key{};
  OsRandom(0).secret(key);
  const auto written = write_file_durably(path, to_hex(key) + "\n", 0600);
  if (!written.ok()) return written.error();
  NodeKey out(account_of(key), p2p::PrivateKey::from_ed25519_seed(key));
  key.fill(0);
  return out;
}

Result<NodeKey> NodeKey::load(const std::filesystem::path& keys) {
  const auto path = key_file(keys);
  auto text = read_secret(path, kKeyFileBytesMax);
  if (!text.ok()) return text.error();
  if (!text->empty() && text->back() == '\n') text->pop_back();
  auto bytes = from_hex(*text);
  std::fill(text->begin(), text->end(), '\0');
  crypto::PrivateKey key{};
  if (!bytes.has_value() || bytes->size() != key.size()) {
    return Error{path.string() + ": expected 64 hexadecimal digits"};
  }
  std::copy(bytes->begin(), bytes->end(), key.begin());
  std::fill(bytes->begin(), bytes->end(), std::uint8_t{0});
  auto p2p_key = p2p_key_of(keys, key);
  if (!p2p_key.ok()) return std::move(p2p_key).error();
  NodeKey out(account_of(key), *std::move(p2p_key));
  key.fill(0);
  return out;
}

}  // namespace lastmile::real
