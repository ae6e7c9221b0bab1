// Noise handshakes with anybody: no message of either side makes us stop, and none that was not made with the keys is
// taken for one.
#include "core/base/check.hpp"
#include "real/p2p/wire/noise_payload.hpp"

namespace {

using namespace lastmile;
using namespace lastmile::p2p;

NoiseHandshake::Keys keys(std::uint8_t fill) {
  NoiseHandshake::Keys out{};
  out.static_private.fill(fill);
  out.ephemeral_private.fill(static_cast<std::uint8_t>(fill + 1));
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  const Bytes own = to_bytes("a payload");
  {  // A of a stranger
    NoiseHandshake listener(NoiseHandshake::Role::responder, keys(3));
    if (listener.read(bytes)) (void)listener.write(own);
  }
  {  // B of a stranger
    NoiseHandshake dialer(NoiseHandshake::Role::initiator, keys(5));
    (void)dialer.write({});
    LM_CHECK(!dialer.read(bytes).has_value());  // nobody makes one without our key
  }
  {  // C of a stranger
    NoiseHandshake dialer(NoiseHandshake::Role::initiator, keys(7));
    NoiseHandshake listener(NoiseHandshake::Role::responder, keys(9));
    LM_CHECK(listener.read(dialer.write({})).has_value());
    LM_CHECK(dialer.read(listener.write(own)) == own);
    LM_CHECK(!listener.read(bytes).has_value());
  }
  if (const auto payload = decode_noise_payload(bytes); payload.ok()) {
    const auto again = decode_noise_payload(encode_noise_payload(*payload));
    LM_CHECK(again.ok() && again->identity_key == payload->identity_key && again->muxers == payload->muxers);
    LM_CHECK(!check_noise_payload(*payload, noise_public(keys(3).static_private)).ok());
  }
  return 0;
}
