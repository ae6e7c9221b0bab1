// Who stands behind a Noise handshake (libp2p.md 6.3 to 6.5).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "real/p2p/wire/key.hpp"
#include "real/p2p/wire/noise.hpp"

namespace lastmile::p2p {

struct NoisePayload {
  Bytes identity_key;  // serialised
  Bytes signature;
  std::vector<std::string> muxers;  // empty: no early negotiation
};

Bytes encode_noise_payload(const NoisePayload& payload);
// Error: not a protobuf, or a field is missing.
Result<NoisePayload> decode_noise_payload(ByteView bytes);

// What the identity key signs.
Bytes noise_signed_text(const NoiseKey& static_public);
NoisePayload make_noise_payload(const PrivateKey& identity, const NoiseKey& static_public,
                                std::vector<std::string> muxers);
// The peer that the payload proves to be; an error says which check failed.
Result<PeerId> check_noise_payload(const NoisePayload& payload, const NoiseKey& remote_static);

// The first of the initiator's list that the responder has too; empty when they have none in common.
std::string common_muxer(const std::vector<std::string>& initiator, const std::vector<std::string>& responder);

}  // namespace lastmile::p2p
