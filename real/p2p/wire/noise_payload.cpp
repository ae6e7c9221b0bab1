#include "real/p2p/wire/noise_payload.hpp"

#include <algorithm>

#include "core/gossip/protobuf.hpp"
#include "real/p2p/wire/limits.hpp"

namespace lastmile::p2p {

namespace pb = gossip::pb;

Bytes encode_noise_payload(const NoisePayload& payload) {
  Bytes out;
  pb::put_bytes_field(out, 1, payload.identity_key);
  pb::put_bytes_field(out, 2, payload.signature);
  if (payload.muxers.empty()) return out;
  Bytes extensions;
  for (const std::string& muxer : payload.muxers) pb::put_text_field(extensions, 2, muxer);
  pb::put_bytes_field(out, 4, extensions);
  return out;
}

Result<NoisePayload> decode_noise_payload(ByteView bytes) {
  NoisePayload out;
  pb::Reader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->is_bytes(1)) out.identity_key.assign(field->bytes.begin(), field->bytes.end());
    if (field->is_bytes(2)) out.signature.assign(field->bytes.begin(), field->bytes.end());
    if (!field->is_bytes(4)) continue;
    pb::Reader extensions(field->bytes);
    while (const auto inner = extensions.next()) {
      if (!inner->is_bytes(2)) continue;
      if (out.muxers.size() == kNoiseMuxersMax) return Error{"noise payload: too many muxers"};
      out.muxers.emplace_back(as_text(inner->bytes));
    }
    if (!extensions.ok()) return Error{"noise payload: malformed extensions"};
  }
  if (!reader.ok()) return Error{"noise payload: malformed protobuf"};
  if (out.identity_key.empty()) return Error{"noise payload: no identity key"};
  if (out.signature.empty()) return Error{"noise payload: no signature"};
  return out;
}

Bytes noise_signed_text(const NoiseKey& static_public) {
  Bytes out = to_bytes("noise-libp2p-static-key:");
  append(out, static_public);
  return out;
}

NoisePayload make_noise_payload(const PrivateKey& identity, const NoiseKey& static_public,
                                std::vector<std::string> muxers) {
  return {identity.public_key().serialised(), identity.sign(noise_signed_text(static_public)), std::move(muxers)};
}

Result<PeerId> check_noise_payload(const NoisePayload& payload, const NoiseKey& remote_static) {
  const auto key = PublicKey::parse(payload.identity_key);
  if (!key) return Error{"noise payload: not a public key that we can verify with"};
  if (!key->verify(noise_signed_text(remote_static), payload.signature)) {
    return Error{"noise payload: the signature is not by the identity key over this static key"};
  }
  return key->peer_id();
}

std::string common_muxer(const std::vector<std::string>& initiator, const std::vector<std::string>& responder) {
  for (const std::string& each : initiator) {
    if (std::find(responder.begin(), responder.end(), each) != responder.end()) return each;
  }
  return {};
}

}  // namespace lastmile::p2p
