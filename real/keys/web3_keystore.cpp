#include "real/keys/web3_keystore.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>
#include <bit>
#include <memory>
#include <nlohmann/json.hpp>

#include "core/base/check.hpp"
#include "core/crypto/keccak.hpp"
#include "core/message/json_view.hpp"

namespace lastmile::real {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t kDerivedBytes = 32, kCipherKeyBytes = 16, kIvBytes = 16, kSaltBytes = 32, kIdBytes = 16;
constexpr std::size_t kSaltBytesMax = 1024;
constexpr const char* kCipher = "aes-128-ctr";
constexpr const char* kScrypt = "scrypt";
constexpr const char* kPbkdf2 = "pbkdf2";

// A key made of a password, wiped when it goes.
struct DerivedKey {
  std::array<std::uint8_t, kDerivedBytes> bytes{};
  DerivedKey() = default;
  DerivedKey(const DerivedKey&) = default;
  DerivedKey& operator=(const DerivedKey&) = default;
  ~DerivedKey() { OPENSSL_cleanse(bytes.data(), bytes.size()); }
  ByteView cipher_key() const { return ByteView(bytes).first(kCipherKeyBytes); }
  ByteView mac_key() const { return ByteView(bytes).subspan(kCipherKeyBytes); }
};

Error mistake(const std::string& member, const std::string& expected) {
  return {"keystore: " + member + ": expected " + expected};
}

// Empty when the machine does not give the memory. libsodium's, for OpenSSL refuses costs that others have written.
std::optional<DerivedKey> scrypt(std::string_view password, ByteView salt, ScryptCost cost) {
  DerivedKey out;
  const int failed = crypto_pwhash_scryptsalsa208sha256_ll(
      reinterpret_cast<const std::uint8_t*>(password.data()), password.size(), salt.data(), salt.size(), cost.n,
      static_cast<std::uint32_t>(cost.r), static_cast<std::uint32_t>(cost.p), out.bytes.data(), out.bytes.size());
  if (failed != 0) return std::nullopt;
  return out;
}

// The same function in both directions.
Bytes aes_ctr(const DerivedKey& key, ByteView iv, ByteView input) {
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(),
                                                                                EVP_CIPHER_CTX_free);
  LM_CHECK(context != nullptr && iv.size() == kIvBytes);
  Bytes out(input.size());
  int written = 0;
  LM_CHECK(EVP_EncryptInit_ex2(context.get(), EVP_aes_128_ctr(), key.cipher_key().data(), iv.data(), nullptr) == 1);
  LM_CHECK(EVP_EncryptUpdate(context.get(), out.data(), &written, input.data(), static_cast<int>(input.size())) == 1);
  LM_CHECK(static_cast<std::size_t>(written) == out.size());
  return out;
}

Hash256 mac_of(const DerivedKey& key, ByteView ciphertext) {
  Bytes input(key.mac_key().begin(), key.mac_key().end());
  append(input, ciphertext);
  const Hash256 mac = crypto::keccak256(input);
  OPENSSL_cleanse(input.data(), input.size());
  return mac;
}

Result<json> parse_document(std::string_view text) {
  if (text.size() > kKeystoreBytesMax)
    return Error{"keystore: expected at most " + std::to_string(kKeystoreBytesMax) + " bytes, found more"};
  const auto view = message::JsonView::parse(text);  // strict, and not too deep for what follows
  if (!view) return Error{"keystore: expected a JSON object: " + view.error().text};
  if (!view->is_object()) return Error{"keystore: expected a JSON object"};
  json document = json::parse(text);
  if (!document.contains("version") || document["version"] != 3) return mistake("version", "3");
  // Old writers spell it with a capital.
  if (!document.contains("crypto") && document.contains("Crypto")) document["crypto"] = document["Crypto"];
  if (!document.contains("crypto") || !document["crypto"].is_object()) return mistake("crypto", "an object");
  return document;
}

Result<Bytes> hex_member(const json& object, const char* name, const std::string& place, std::size_t least,
                         std::size_t most) {
  const auto found = object.find(name);
  if (found != object.end() && found->is_string()) {
    auto bytes = from_hex(found->get_ref<const std::string&>());
    if (bytes && bytes->size() >= least && bytes->size() <= most) return *std::move(bytes);
  }
  const std::string count =
      least == most ? std::to_string(least) : std::to_string(least) + " to " + std::to_string(most);
  return mistake(place + "." + name, count + " bytes in hexadecimal");
}

// 0 when it is not there or not a whole number.
std::uint64_t number_member(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

Result<DerivedKey> derive(const json& box, std::string_view password) {
  if (!box.contains("kdfparams") || !box["kdfparams"].is_object()) return mistake("crypto.kdfparams", "an object");
  const json& parameters = box["kdfparams"];
  const auto salt = hex_member(parameters, "salt", "crypto.kdfparams", 0, kSaltBytesMax);
  if (!salt) return salt.error();
  if (number_member(parameters, "dklen") != kDerivedBytes) return mistake("crypto.kdfparams.dklen", "32");
  if (box.value("kdf", json()) == kScrypt) {
    const ScryptCost cost{number_member(parameters, "n"), number_member(parameters, "r"),
                          number_member(parameters, "p")};
    const bool fits = cost.n > 1 && std::has_single_bit(cost.n) && cost.r > 0 && cost.p > 0 &&
                      cost.p <= kScryptParallelMax && cost.r <= kScryptMemoryMax / 128 &&
                      cost.n <= kScryptMemoryMax / 128 / cost.r;
    if (!fits) return mistake("crypto.kdfparams", "n (a power of two), r and p that need at most 1 GiB of memory");
    const auto key = scrypt(password, *salt, cost);
    if (!key) return Error{"keystore: the machine gave no memory for scrypt"};
    return *key;
  }
  if (box.value("kdf", json()) == kPbkdf2) {
    const std::uint64_t rounds = number_member(parameters, "c");
    if (rounds == 0 || rounds > kPbkdf2RoundsMax) return mistake("crypto.kdfparams.c", "1 to 10000000 rounds");
    if (parameters.value("prf", json()) != "hmac-sha256") return mistake("crypto.kdfparams.prf", "hmac-sha256");
    DerivedKey key;
    LM_CHECK(PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), salt->data(),
                               static_cast<int>(salt->size()), static_cast<int>(rounds), EVP_sha256(),
                               static_cast<int>(key.bytes.size()), key.bytes.data()) == 1);
    return key;
  }
  return mistake("crypto.kdf", "scrypt or pbkdf2");
}

Result<crypto::Chain> chain_of(const json& document) {
  const auto found = document.find("chain");
  if (found == document.end()) return crypto::Chain::ETH;
  const auto chain = found->is_string() ? crypto::parse_chain(found->get_ref<const std::string&>()) : std::nullopt;
  if (!chain) return mistake("chain", "a chain code such as ETH or SOL");
  return *chain;
}

// 8-4-4-4-12, version 4.
std::string uuid_of(std::array<std::uint8_t, kIdBytes> id) {
  id[6] = static_cast<std::uint8_t>((id[6] & 0x0f) | 0x40);
  id[8] = static_cast<std::uint8_t>((id[8] & 0x3f) | 0x80);
  std::string text = to_hex(id);
  for (const std::size_t place : {20, 16, 12, 8}) text.insert(place, "-");
  return text;
}

}  // namespace

std::string encrypt_key(crypto::Chain chain, const crypto::PrivateKey& key, std::string_view password,
                        env::Random& random, const ScryptCost& cost) {
  std::array<std::uint8_t, kSaltBytes> salt{};
  std::array<std::uint8_t, kIvBytes> iv{};
  std::array<std::uint8_t, kIdBytes> id{};
  random.secret(salt);
  random.secret(iv);
  random.secret(id);
  const auto derived = scrypt(password, salt, cost);
  LM_CHECK(derived.has_value());
  const Bytes ciphertext = aes_ctr(*derived, iv, key);
  const std::string address = crypto::Account::from_private_key(chain, key).address();
  const bool is_evm = crypto::signature_family(chain) == crypto::SignatureFamily::evm;
  ordered_json document;
  // As wallets write it: lower case without 0x.
  std::string shown = is_evm ? address.substr(2) : address;
  if (is_evm)
    std::transform(shown.begin(), shown.end(), shown.begin(),
                   [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
  document["address"] = shown;
  if (chain != crypto::Chain::ETH) document["chain"] = crypto::chain_text(chain);
  ordered_json box;
  box["cipher"] = kCipher;
  box["cipherparams"] = {{"iv", to_hex(iv)}};
  box["ciphertext"] = to_hex(ciphertext);
  box["kdf"] = kScrypt;
  box["kdfparams"] = {{"dklen", kDerivedBytes}, {"n", cost.n}, {"r", cost.r}, {"p", cost.p}, {"salt", to_hex(salt)}};
  box["mac"] = mac_of(*derived, ciphertext).hex();
  document["crypto"] = std::move(box);
  document["id"] = uuid_of(id);
  document["version"] = 3;
  return document.dump(2) + "\n";
}

Result<KeystoreHead> keystore_head(std::string_view text) {
  const auto document = parse_document(text);
  if (!document) return document.error();
  const auto chain = chain_of(*document);
  if (!chain) return chain.error();
  KeystoreHead head{*chain, {}};
  const auto found = document->find("address");
  if (found == document->end()) return head;
  if (!found->is_string()) return mistake("address", "a text");
  head.address = found->get<std::string>();
  if (crypto::signature_family(*chain) == crypto::SignatureFamily::evm) {
    std::string_view digits = head.address;
    if (digits.starts_with("0x")) digits.remove_prefix(2);
    const auto bytes = from_hex(digits);
    std::array<std::uint8_t, 20> address{};
    if (!bytes || bytes->size() != address.size()) return mistake("address", "20 bytes in hexadecimal");
    std::copy(bytes->begin(), bytes->end(), address.begin());
    head.address = crypto::eip55_address(address);
  }
  return head;
}

Result<crypto::PrivateKey> decrypt_key(std::string_view text, std::string_view password) {
  const auto document = parse_document(text);
  if (!document) return document.error();
  const json& box = (*document)["crypto"];
  if (box.value("cipher", json()) != kCipher) return mistake("crypto.cipher", kCipher);
  if (!box.contains("cipherparams") || !box["cipherparams"].is_object())
    return mistake("crypto.cipherparams", "an object");
  const auto iv = hex_member(box["cipherparams"], "iv", "crypto.cipherparams", kIvBytes, kIvBytes);
  if (!iv) return iv.error();
  crypto::PrivateKey key{};
  const auto ciphertext = hex_member(box, "ciphertext", "crypto", key.size(), key.size());
  if (!ciphertext) return ciphertext.error();
  const auto mac = hex_member(box, "mac", "crypto", 32, 32);
  if (!mac) return mac.error();
  const auto derived = derive(box, password);
  if (!derived) return derived.error();
  const Hash256 computed = mac_of(*derived, *ciphertext);
  if (CRYPTO_memcmp(computed.bytes.data(), mac->data(), mac->size()) != 0)
    return Error{"keystore: wrong password, or a damaged file"};
  Bytes plain = aes_ctr(*derived, *iv, *ciphertext);
  std::copy(plain.begin(), plain.end(), key.begin());
  OPENSSL_cleanse(plain.data(), plain.size());
  return key;
}

Result<crypto::Account> open_keystore(std::string_view text, std::string_view password) {
  auto key = decrypt_key(text, password);
  if (!key) return key.error();
  const auto head = keystore_head(text);
  if (!head) return head.error();
  auto account = crypto::Account::from_private_key(head->chain, *key);
  OPENSSL_cleanse(key->data(), key->size());
  // The address stands outside of what the MAC covers.
  if (!head->address.empty() && head->address != account.address())
    return mistake("address", account.address() + ", which the key has");
  return account;
}

}  // namespace lastmile::real
