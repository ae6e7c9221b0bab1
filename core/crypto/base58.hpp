// Base58 with the Bitcoin alphabet, and its three checksummed forms. Decoders refuse everything an encoder would not
// write.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"

namespace lastmile::crypto {

// Both directions cost time in the square of the length, so hostile texts are cut off here. The longest texts of the
// protocol are CIDs of 256 characters (ipfs.md 14) and CAR roots of the same length.
inline constexpr std::size_t kBase58TextMax = 512;

std::string base58_encode(ByteView bytes);
// Empty for a character outside the alphabet or a text above kBase58TextMax.
std::optional<Bytes> base58_decode(std::string_view text);

// base58(prefix + payload + first 4 bytes of sha256(sha256(prefix + payload))): Tezos keys, addresses and signatures.
std::string base58check_encode(ByteView prefix, ByteView payload);
// The payload; empty unless checksum and prefix match and exactly payload_size bytes are left.
std::optional<Bytes> base58check_decode(ByteView prefix, std::size_t payload_size, std::string_view text);

// base58(bytes + last 4 bytes of sha256(bytes)): Avalanche.
std::string cb58_encode(ByteView bytes);
std::optional<Bytes> cb58_decode(std::string_view text);

}  // namespace lastmile::crypto
