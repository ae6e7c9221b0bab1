#include "core/crypto/multibase.hpp"

#include "core/base/check.hpp"
#include "core/crypto/base58.hpp"
#include "core/crypto/big_base.hpp"
#include "core/crypto/bit_groups.hpp"

namespace lastmile::crypto {
namespace {

constexpr BitGroups kBase16(4, "0123456789abcdef");
constexpr BitGroups kBase16Upper(4, "0123456789ABCDEF");
constexpr BitGroups kBase32(5, "abcdefghijklmnopqrstuvwxyz234567");
constexpr BitGroups kBase32Upper(5, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
constexpr BitGroups kBase64Url(6, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
constexpr BigBase kBase36("0123456789abcdefghijklmnopqrstuvwxyz");

const BitGroups* bit_groups(Base base) {
  switch (base) {
    case Base::base16:
      return &kBase16;
    case Base::base16_upper:
      return &kBase16Upper;
    case Base::base32:
      return &kBase32;
    case Base::base32_upper:
      return &kBase32Upper;
    case Base::base64:
      return &kBase64;
    case Base::base64url:
      return &kBase64Url;
    case Base::base36:
    case Base::base58btc:
      return nullptr;
  }
  return nullptr;
}

std::optional<Base> base_of(char prefix) {
  switch (prefix) {
    case 'f':
      return Base::base16;
    case 'F':
      return Base::base16_upper;
    case 'b':
      return Base::base32;
    case 'B':
      return Base::base32_upper;
    case 'k':
      return Base::base36;
    case 'z':
      return Base::base58btc;
    case 'm':
      return Base::base64;
    case 'u':
      return Base::base64url;
    default:
      return std::nullopt;
  }
}

std::optional<Bytes> decode_rest(Base base, std::string_view text) {
  if (const BitGroups* groups = bit_groups(base)) return groups->decode(text);
  if (text.size() > kMultibaseQuadraticTextMax) return std::nullopt;
  return base == Base::base36 ? kBase36.decode(text) : base58_decode(text);
}

}  // namespace

std::string multibase_encode(Base base, ByteView bytes) {
  const std::string prefix(1, static_cast<char>(base));
  if (const BitGroups* groups = bit_groups(base)) return prefix + groups->encode(bytes);
  return prefix + (base == Base::base36 ? kBase36.encode(bytes) : base58_encode(bytes));
}

std::optional<Multibase> multibase_decode(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const auto base = base_of(text.front());
  if (!base) return std::nullopt;
  auto bytes = decode_rest(*base, text.substr(1));
  if (!bytes) return std::nullopt;
  return Multibase{*base, std::move(*bytes)};
}

std::string base32_encode(ByteView bytes) { return kBase32.encode(bytes); }
std::optional<Bytes> base32_decode(std::string_view text) { return kBase32.decode(text); }

}  // namespace lastmile::crypto
