// Keys, identify, signed records and DHT messages from anybody: refused, or written and read back equal.
#include "core/base/check.hpp"
#include "real/p2p/wire/identify.hpp"
#include "real/p2p/wire/kad_message.hpp"
#include "real/p2p/wire/length_prefix.hpp"
#include "real/p2p/wire/limits.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lastmile;
  using namespace lastmile::p2p;
  const ByteView bytes(data, size);
  if (const auto key = PublicKey::parse(bytes)) {
    LM_CHECK(Bytes(bytes.begin(), bytes.end()) == key->serialised());
    LM_CHECK(!key->verify(bytes, Bytes(64)));
  }
  if (const auto key = PrivateKey::parse(bytes)) {
    LM_CHECK(key->public_key().verify(bytes, key->sign(bytes)));
  }
  Identify identify;
  if (merge_identify(bytes, identify).ok()) {
    LM_CHECK(identify.listen_addresses.size() <= kIdentifyAddressesMax);
    Identify again;
    LM_CHECK(merge_identify(encode_identify(identify), again).ok());
    LM_CHECK(encode_identify(again) == encode_identify(identify));
  }
  (void)open_peer_record(bytes);
  if (const auto message = decode_kad(bytes); message.ok()) {
    const auto again = decode_kad(encode_kad(*message));
    LM_CHECK(again.ok() && *again == *message);
  }
  PrefixedReader reader(1000);
  ByteView rest = bytes;
  Bytes out;
  while (reader.next(rest, out) == PrefixedReader::State::message) LM_CHECK(out.size() <= 1000);
  return 0;
}
