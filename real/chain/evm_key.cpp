#include "real/chain/evm_key.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "core/crypto/account.hpp"
#include "core/crypto/curve/secp256k1.hpp"
#include "core/crypto/keccak.hpp"
#include "real/chain/rlp.hpp"
#include "real/env/posix_file.hpp"

namespace lastmile::real {
namespace {

namespace curve = crypto::curve::secp256k1;

constexpr std::size_t kEvmKeyFileMax = 256;
constexpr std::uint8_t kFeeType = 0x02;  // EIP-1559
constexpr std::size_t kUnsignedFields = 9;
constexpr std::size_t kAddressBytes = 20;

std::string address_of(const curve::Point& point) {
  const Hash256 hash = crypto::keccak256(curve::uncompressed(point));
  std::array<std::uint8_t, kAddressBytes> bytes;
  std::copy_n(hash.bytes.begin() + 12, bytes.size(), bytes.begin());
  return crypto::eip55_address(bytes);
}

RlpList unsigned_fields(const FeeTransaction& t) {
  return {rlp_number(t.chain_id),  rlp_number(t.nonce),     rlp_number(t.tip),
          rlp_number(t.fee_limit), rlp_number(t.gas_limit), rlp_bytes(t.to),
          rlp_number(Uint256(0U)), rlp_bytes(t.data),       RlpItem{RlpList{}}};  // value 0, nothing on the access list
}

Bytes typed(RlpList fields) {
  Bytes out{kFeeType};
  append(out, rlp_encode({std::move(fields)}));
  return out;
}

std::optional<Uint256> number_of(const RlpItem& item) {
  const auto* bytes = std::get_if<Bytes>(&item.value);
  if (bytes == nullptr || bytes->size() > 32 || (!bytes->empty() && bytes->front() == 0)) return std::nullopt;
  Hash256 word;
  std::copy_backward(bytes->begin(), bytes->end(), word.bytes.end());
  return Uint256::big_endian(word);
}

}  // namespace

EvmKey::~EvmKey() { std::fill(key_.begin(), key_.end(), std::uint8_t{0}); }

Result<EvmKey> EvmKey::of(const crypto::PrivateKey& key) {
  // Others would quietly become another key, and money might be sent to the address that was meant.
  if (curve::reduce(key) != key) return Error{"not a private key of secp256k1"};
  EvmKey out;
  out.key_ = key;
  out.address_ = address_of(curve::public_key(key));
  return out;
}

Result<EvmKey> EvmKey::load(const std::filesystem::path& file) {
  struct stat info{};
  if (::stat(file.c_str(), &info) != 0) return file_error("cannot look at", file);
  if ((info.st_mode & 0077) != 0) {
    return Error{file.string() + " can be read by others: chmod 600 it, and think about who has read it"};
  }
  auto text = read_file(file, kEvmKeyFileMax);
  if (!text.ok()) return text.error();
  std::string_view digits = *text;
  if (digits.ends_with('\n')) digits.remove_suffix(1);
  if (digits.starts_with("0x")) digits.remove_prefix(2);
  auto bytes = from_hex(digits);
  std::fill(text->begin(), text->end(), '\0');
  crypto::PrivateKey key{};
  if (!bytes || bytes->size() != key.size()) return Error{file.string() + ": expected 64 hexadecimal digits"};
  std::copy(bytes->begin(), bytes->end(), key.begin());
  std::fill(bytes->begin(), bytes->end(), std::uint8_t{0});
  auto out = of(key);
  key.fill(0);
  if (!out.ok()) return Error{file.string() + ": " + out.error().text};
  return out;
}

SignedTransaction EvmKey::sign(const FeeTransaction& transaction) const {
  RlpList fields = unsigned_fields(transaction);
  const auto signature = curve::sign(key_, crypto::keccak256(typed(fields)));
  const auto half = [&](std::size_t from) {
    Hash256 word;
    std::copy_n(signature.compact.begin() + static_cast<std::ptrdiff_t>(from), word.bytes.size(), word.bytes.begin());
    return rlp_number(Uint256::big_endian(word));
  };
  fields.push_back(rlp_number(static_cast<std::uint64_t>(signature.recovery_id)));
  fields.push_back(half(0));
  fields.push_back(half(32));
  Bytes raw = typed(std::move(fields));
  std::string hash = "0x" + crypto::keccak256(raw).hex();
  return {std::move(raw), std::move(hash)};
}

Result<ReadTransaction> read_transaction(ByteView raw) {
  const Error none{"not a signed transaction of EIP-1559"};
  if (raw.empty() || raw[0] != kFeeType) return none;
  const auto item = rlp_decode(raw.subspan(1));
  if (!item.ok() || !item->is_list()) return none;
  RlpList fields = std::get<RlpList>(item->value);
  if (fields.size() != kUnsignedFields + 3) return none;
  std::vector<Uint256> numbers(fields.size());
  for (const std::size_t i : {0U, 1U, 2U, 3U, 4U, 6U, 9U, 10U, 11U}) {
    const auto number = number_of(fields[i]);
    if (!number) return none;
    numbers[i] = *number;
  }
  const auto* to = std::get_if<Bytes>(&fields[5].value);
  const auto* data = std::get_if<Bytes>(&fields[7].value);
  const auto chain_id = numbers[0].narrow();
  const auto nonce = numbers[1].narrow();
  const auto gas = numbers[4].narrow();
  if (to == nullptr || to->size() != kAddressBytes || data == nullptr || !chain_id || !nonce || !gas ||
      numbers[6] != Uint256(0U) || fields[8] != RlpItem{RlpList{}} || numbers[9] > Uint256(1U))
    return none;
  ReadTransaction out{{*chain_id, *nonce, numbers[2], numbers[3], *gas, *to, *data}, {}};
  crypto::curve::CompactSignature compact;
  const Hash256 r = numbers[10].big_endian();
  const Hash256 s = numbers[11].big_endian();
  std::copy(r.bytes.begin(), r.bytes.end(), compact.begin());
  std::copy(s.bytes.begin(), s.bytes.end(), compact.begin() + 32);
  const auto point = curve::recover(compact, numbers[9] == Uint256(1U) ? 1 : 0,
                                    crypto::keccak256(typed(unsigned_fields(out.content))));
  if (!point) return none;
  out.sender = address_of(*point);
  return out;
}

}  // namespace lastmile::real
