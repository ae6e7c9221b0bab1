#include "real/ops/keystore.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "real/env/os_random.hpp"
#include "real/env/posix_file.hpp"

namespace lastmile::real {
namespace {

constexpr std::size_t kKeyFileBytesMax = 256;

std::filesystem::path key_file(const std::filesystem::path& keys) { return keys / "node.key"; }

crypto::Account account_of(const crypto::PrivateKey& key) {
  return crypto::Account::from_private_key(crypto::Chain::SOL, key);  // ed25519, address = base58 of the public key
}

}  // namespace

Result<NodeKey> NodeKey::create(const std::filesystem::path& keys) {
  const auto path = key_file(keys);
  if (std::filesystem::exists(path)) return Error{path.string() + " exists already; a key is never overwritten"};
  crypto::PrivateKey key{};
  OsRandom(0).secret(key);
  const auto written = write_file_durably(path, to_hex(key) + "\n", 0600);
  if (!written.ok()) return written.error();
  NodeKey out(account_of(key));
  key.fill(0);
  return out;
}

Result<NodeKey> NodeKey::load(const std::filesystem::path& keys) {
  const auto path = key_file(keys);
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return file_error("cannot look at", path);
  if ((info.st_mode & 0077) != 0) {
    return Error{path.string() + " can be read by others: chmod 600 it, and think about who has read it"};
  }
  auto text = read_file(path, kKeyFileBytesMax);
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
  NodeKey out(account_of(key));
  key.fill(0);
  return out;
}

}  // namespace lastmile::real
