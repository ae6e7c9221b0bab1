// Every limit of the wire in one place (libp2p.md 17, and the sections named). Sizes are bytes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lastmile::p2p {

inline constexpr std::size_t kPublicKeyBytesMax = 1200;    // serialised; an RSA key of 8192 bits has 1062
inline constexpr std::size_t kPrivateKeyBytesMax = 8192;   // serialised
inline constexpr std::size_t kSignatureBytesMax = 1024;    // of RSA 8192
inline constexpr int kRsaBitsMin = 2048;                   // 3.1
inline constexpr int kRsaBitsMax = 8192;                   // 3.1
inline constexpr std::size_t kPeerIdentityDigestMax = 42;  // 3.2: longer keys are hashed

inline constexpr std::size_t kMultiaddrBytesMax = 1024;
inline constexpr std::size_t kMultiaddrTextMax = 2048;
inline constexpr std::size_t kMultiaddrComponentsMax = 16;
inline constexpr std::size_t kHostNameBytesMax = 255;

inline constexpr std::size_t kMultistreamTokenMax = 1024;  // 5, with its line feed
inline constexpr std::size_t kMultistreamProposalsMax = 32;

inline constexpr std::size_t kNoiseMessageMax = 65535;  // 6.2
inline constexpr std::size_t kNoiseTagBytes = 16;
inline constexpr std::size_t kNoisePlaintextMax = kNoiseMessageMax - kNoiseTagBytes;
inline constexpr std::size_t kNoiseMuxersMax = 16;  // listed in one payload

inline constexpr std::uint32_t kYamuxWindow = 262144;               // 7.3, at the start of each direction
inline constexpr std::uint32_t kYamuxWindowMax = 16 * 1024 * 1024;  // what we ever grant at once
inline constexpr std::size_t kYamuxBodyMax = 1024 * 1024;           // 7.4, of one data frame
inline constexpr std::size_t kYamuxStreamsMax = 512;                // open, per direction of opening
inline constexpr std::size_t kYamuxUnacknowledgedMax = 256;         // opened by us
inline constexpr std::size_t kYamuxControlQueueMax = 64 * 1024;     // answers to a peer that does not read them

inline constexpr std::size_t kIdentifyMessageMax = 8192;  // 9
inline constexpr std::size_t kIdentifyMessagesMax = 10;
inline constexpr std::size_t kIdentifyAddressesMax = 128;  // kept of one peer's claims
inline constexpr std::size_t kIdentifyProtocolsMax = 256;

inline constexpr std::size_t kPingBytes = 32;  // 10

inline constexpr std::size_t kKadMessageMax = 1024 * 1024;  // 15
inline constexpr std::size_t kKadPeersMax = 64;             // kept of one list; k is 20
inline constexpr std::size_t kKadAddressesMax = 32;         // kept of one peer

static_assert(kNoisePlaintextMax == 65519);
static_assert(kYamuxWindow <= kYamuxWindowMax);

}  // namespace lastmile::p2p
