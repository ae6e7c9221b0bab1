#include "real/ops/key_files.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <system_error>

#include "core/crypto/base58.hpp"
#include "core/crypto/base64.hpp"
#include "real/env/os_random.hpp"
#include "real/env/posix_file.hpp"
#include "real/p2p/wire/key.hpp"

namespace lastmile::real {
namespace {

// keys/p2p.key is another program's, of any kind (keystore.hpp), and no key of ours.
constexpr std::string_view kForeignKey = "p2p";
constexpr std::size_t kKeyTextMax = 8192;  // an RSA key, which is refused by name
// PrivateKey of libp2p's crypto.proto: 1 = type, 2 = data; of ed25519 the data are the secret and the public key.
constexpr std::string_view kEd25519Head("\x08\x01\x12\x40", 4);
constexpr std::size_t kEd25519Bytes = 4 + 64;

crypto::Account account(const crypto::PrivateKey& key) {
  return crypto::Account::from_private_key(crypto::Chain::SOL, key);
}

Result<crypto::PrivateKey> of_libp2p(std::string_view bytes) {
  static constexpr const char* kKinds[] = {"RSA", "Ed25519", "Secp256k1", "ECDSA"};
  if (bytes.size() >= 2 && bytes[0] == 8 && bytes[1] >= 0 && bytes[1] < 4 && bytes[1] != 1) {
    return Error{std::string("expected an Ed25519 key, found one of kind ") + kKinds[static_cast<int>(bytes[1])]};
  }
  if (bytes.size() != kEd25519Bytes || !bytes.starts_with(kEd25519Head)) {
    return Error{"expected 64 hexadecimal digits, or a private key in libp2p's protobuf, found neither"};
  }
  crypto::PrivateKey key{};
  std::copy_n(bytes.begin() + 4, key.size(), key.begin());
  const auto own = crypto::base58_decode(account(key).address());
  if (!own || as_text(*own) != bytes.substr(4 + key.size())) {
    return Error{"the public part of this key is not that of its secret part"};
  }
  return key;
}

}  // namespace

bool key_name_ok(std::string_view name) {
  return !name.empty() && name.size() <= kKeyNameMax && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

Result<crypto::PrivateKey> parse_key(std::string_view text) {
  if (text.starts_with(kEd25519Head)) return of_libp2p(text);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.remove_suffix(1);
  if (const auto bytes = from_hex(text); bytes && bytes->size() == std::tuple_size_v<crypto::PrivateKey>) {
    crypto::PrivateKey key{};
    std::copy(bytes->begin(), bytes->end(), key.begin());
    return key;
  }
  const auto bytes = crypto::base64_decode(text);
  return of_libp2p(bytes ? as_text(*bytes) : text);
}

std::string write_key(const crypto::PrivateKey& key, KeyFormat format) {
  if (format == KeyFormat::hex) return to_hex(key) + "\n";
  std::string bytes(kEd25519Head);
  bytes.append(key.begin(), key.end());
  const auto public_key = crypto::base58_decode(account(key).address());
  LM_CHECK(public_key.has_value() && public_key->size() == 32);
  bytes.append(as_text(*public_key));
  return crypto::base64_encode(as_bytes(bytes)) + "\n";
}

std::string KeyFiles::address(const crypto::PrivateKey& key) { return account(key).address(); }
std::string KeyFiles::peer_id(const crypto::PrivateKey& key) {
  return p2p::PrivateKey::from_ed25519_seed(key).peer_id().text();
}

Result<std::string> KeyFiles::add(std::string_view name, const crypto::PrivateKey& key) const {
  if (!key_name_ok(name)) {
    return Error{"expected a name of letters, digits, - and _, found \"" + std::string(name) + "\""};
  }
  if (name == kForeignKey) return Error{"expected another name: p2p.key is for the peer id of another program"};
  std::error_code code;
  if (std::filesystem::exists(file(name), code)) {
    return Error{file(name).string() + " exists already; a key is never overwritten"};
  }
  const auto written = write_file_durably(file(name), write_key(key, KeyFormat::hex), 0600);
  if (!written.ok()) return written.error();
  return address(key);
}

Result<std::string> KeyFiles::make(std::string_view name) const {
  crypto::PrivateKey key{};
  OsRandom(0).secret(key);
  auto added = add(name, key);
  key.fill(0);
  return added;
}

Result<crypto::PrivateKey> KeyFiles::load(std::string_view name) const {
  if (!key_name_ok(name)) {
    return Error{"expected a name of letters, digits, - and _, found \"" + std::string(name) + "\""};
  }
  const auto path = file(name);
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return file_error("cannot look at", path);
  if ((info.st_mode & 0077) != 0) {
    return Error{path.string() + " can be read by others: chmod 600 it, and think about who has read it"};
  }
  auto text = read_file(path, kKeyTextMax);
  if (!text.ok()) return text.error();
  auto key = parse_key(*text);
  std::fill(text->begin(), text->end(), '\0');
  if (!key.ok()) return Error{path.string() + ": " + key.error().text};
  return key;
}

Result<std::vector<std::string>> KeyFiles::names() const {
  std::vector<std::string> names;
  std::error_code code;
  for (std::filesystem::directory_iterator one(keys_, code), end; !code && one != end; one.increment(code)) {
    const auto& path = one->path();
    const std::string name = path.stem().string();
    if (path.extension() == ".key" && key_name_ok(name) && name != kForeignKey) names.push_back(name);
  }
  if (code) return Error{"cannot read " + keys_.string() + ": " + code.message()};
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace lastmile::real
