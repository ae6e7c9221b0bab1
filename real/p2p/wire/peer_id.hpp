// Peer ids (libp2p.md 3.2): the multihash of a serialised public key.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.hpp"

namespace lastmile::p2p {

// Always well-formed once made; the default one stands for nobody. Ordered by its bytes.
class PeerId {
 public:
  PeerId() = default;
  // Of a key in the exact form of 3.1: short keys are contained whole, long ones by their SHA-256.
  static PeerId of_key(ByteView serialised_key);
  static std::optional<PeerId> parse_bytes(ByteView bytes);
  // base58btc, or a CID of codec libp2p-key in any multibase.
  static std::optional<PeerId> parse(std::string_view text);

  const Bytes& bytes() const { return bytes_; }
  std::string text() const;                    // base58btc
  std::optional<Bytes> contained_key() const;  // the serialised key, where the id contains it
  bool nobody() const { return bytes_.empty(); }
  friend bool operator==(const PeerId&, const PeerId&) = default;
  friend std::strong_ordering operator<=>(const PeerId& a, const PeerId& b) { return a.bytes_ <=> b.bytes_; }

 private:
  explicit PeerId(Bytes bytes) : bytes_(std::move(bytes)) {}
  Bytes bytes_;
};

}  // namespace lastmile::p2p
