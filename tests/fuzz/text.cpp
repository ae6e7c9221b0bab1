// Every text decoder of core/crypto: what one accepts, its encoder writes again in exactly the same way.
#include <string_view>

#include "core/base/check.hpp"
#include "core/crypto/base58.hpp"
#include "core/crypto/base64.hpp"
#include "core/crypto/bech32.hpp"
#include "core/crypto/chain.hpp"
#include "core/crypto/cid.hpp"
#include "core/crypto/multibase.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lastmile;
  using namespace lastmile::crypto;
  const ByteView bytes(data, size);
  const std::string_view text = as_text(bytes);
  if (const auto value = base58_decode(text)) LM_CHECK(base58_encode(*value) == text);
  if (const auto value = cb58_decode(text)) LM_CHECK(cb58_encode(*value) == text);
  if (const auto value = base64_decode(text)) LM_CHECK(base64_encode(*value) == text);
  if (const auto value = base32_decode(text)) LM_CHECK(base32_encode(*value) == text);
  if (const auto value = multibase_decode(text)) LM_CHECK(multibase_encode(value->base, value->bytes) == text);
  if (const auto value = parse_chain(text)) LM_CHECK(chain_text(*value) == text);
  if (const auto value = bech32_decode(text)) {
    const auto again = bech32_encode(value->prefix, value->data);
    LM_CHECK(again && bech32_decode(*again)->data == value->data);
  }
  if (const auto cid = Cid::parse(text)) {
    LM_CHECK(Cid::parse(cid->text()) == cid);
    LM_CHECK(Cid::parse_bytes(cid->bytes()) == cid);
    LM_CHECK(cid->as_v1().multihash().size() == cid->multihash().size());
  }
  if (const auto cid = Cid::parse_bytes(bytes)) {
    LM_CHECK(Cid::parse(cid->text()) == cid);
    (void)cid->check(bytes);
  }
  return 0;
}
